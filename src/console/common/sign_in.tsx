// Signing in: user and password, and the one-time code when the server asks for it. Shared by both pages.
import { useSignal } from "@preact/signals";
import { RequestError, signIn } from "./api";
import { t } from "./i18n";
import { language } from "./prefs";
import type { Me } from "./types";

interface Props {
  title: string;
  notice: string;
  onSignedIn: (me: Me) => void;
}

function explain(error: unknown, sentTotp: boolean): string {
  const words = t().signIn;
  if (!(error instanceof RequestError) || error.offline) return words.offline;
  if (error.code === "totp_required") return sentTotp ? words.wrongTotp : words.totpNeeded;
  if (error.status === 401) return words.wrong;
  if (error.status === 429) return words.slowDown(error.retryAfterS ?? 5);
  return t().error.other(error.message);
}

export function SignIn({ title, notice, onSignedIn }: Props) {
  const words = t().signIn;
  const asksTotp = useSignal(false);
  const busy = useSignal(false);
  const failure = useSignal("");

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy.value) return;
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const field = (name: string) => {
      const value = given.get(name);
      return typeof value === "string" ? value : "";
    };
    const totp = field("totp").replace(/\s/g, "");
    busy.value = true;
    failure.value = "";
    try {
      onSignedIn(await signIn(field("user").trim(), field("password"), totp));
    } catch (error) {
      failure.value = explain(error, totp !== "");
      if (error instanceof RequestError && error.code === "totp_required") asksTotp.value = true;
    } finally {
      busy.value = false;
    }
  };

  return (
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)} aria-describedby="sign-in-state">
        <p class="brand" aria-hidden="true">
          <img src="/icons/calm.svg" alt="" width="36" height="36" /> Varde
        </p>
        <h1>{title}</h1>
        <p id="sign-in-state" class="form-state" role="status">
          {failure.value || notice}
        </p>
        <label>
          {words.user}
          <input name="user" autocomplete="username" required autocapitalize="none" spellcheck={false} />
        </label>
        <label>
          {words.password}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        {asksTotp.value && (
          <label>
            {words.totp}
            <input name="totp" inputMode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" required />
          </label>
        )}
        <button class="primary" type="submit" aria-disabled={busy.value}>
          {busy.value ? words.busy : words.submit}
        </button>
        <button
          type="button"
          class="quiet"
          lang={language.value === "nb" ? "en" : "nb"}
          onClick={() => (language.value = language.value === "nb" ? "en" : "nb")}
        >
          {language.value === "nb" ? "English" : "Norsk"}
        </button>
      </form>
    </main>
  );
}
