// The field page from sign-in to assignment: what starts and ends with a session, and which screen is shown.
import { signal } from "@preact/signals";
import { me, RequestError, signOut, whenSignedOut } from "../common/api";
import { t, word } from "../common/i18n";
import { contact, startLive, type EndReason } from "../common/live";
import { noticeText } from "../common/notice";
import { sayNow } from "../common/say";
import { SignIn } from "../common/sign_in";
import type { LiveFrame } from "../common/live_types";
import type { FieldVisit, Me } from "../common/types";
import { fates, flush, openOutbox, settled } from "./outbox";
import { active, chosen, loaded, session, shown, signInNotice, visits } from "./store";
import { VisitList } from "./visit_list";
import { VisitPage } from "./visit_page";

const looking = signal(true);
const wrongPage = signal(false);
/** A short buzz for a new offer, where the phone can. */
const buzz = [300, 150, 300];
let stopLive: (() => void) | null = null;

function put(visit: FieldVisit): void {
  visits.value = new Map(visits.value).set(visit.id, visit);
}
function announce(visit: FieldVisit): void {
  if (visit.state !== "offered") return;
  sayNow(t().field.newVisit(word(t().kind, visit.kind)));
  if ("vibrate" in navigator) navigator.vibrate(buzz);
}
function take(frame: LiveFrame): boolean {
  if (frame.type !== "visits") return true;
  const before = visits.value;
  visits.value = new Map([...(frame.snapshot ? [] : before), ...frame.visits.map((v): [string, FieldVisit] => [v.id, v])]);
  for (const visit of frame.visits) if (loaded.value && !before.has(visit.id)) announce(visit);
  loaded.value = true;
  void flush();
  return true;
}

function begin(who: Me): void {
  if (who.role === "operator") location.replace("/");
  wrongPage.value = who.role !== "responder";
  if (wrongPage.value) return;
  session.value = who;
  signInNotice.value = "";
  void openOutbox(who.user, put);
  stopLive?.();
  stopLive = startLive({ frame: take, ended: end });
}
function end(reason: EndReason): void {
  stopLive?.();
  stopLive = null;
  if (!session.value) return;
  session.value = null;
  visits.value = new Map();
  loaded.value = false;
  chosen.value = null;
  fates.value = new Map();
  signInNotice.value = reason === "revoked" ? "revoked" : "signedOut";
}
/** Signs out unless something done is still only on the phone; says why not. */
async function leave(): Promise<string> {
  if (!(await settled())) return t().field.notSentYet;
  try {
    await signOut();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
  }
  end("signed_out");
  signInNotice.value = "";
  return "";
}

async function stayAwake(): Promise<void> {
  try {
    if (!document.hidden && active.value.length > 0) await navigator.wakeLock.request("screen");
  } catch {
    // The phone decides about its screen; nothing here depends on it.
  }
}

export async function startApp(): Promise<void> {
  whenSignedOut(() => end("signed_out"));
  active.subscribe(() => void stayAwake());
  document.addEventListener("visibilitychange", () => void stayAwake());
  addEventListener("online", () => void flush());
  try {
    begin(await me());
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
  }
  looking.value = false;
}

export function App() {
  if (looking.value) return null;
  if (!session.value) {
    const notice = signInNotice.value;
    const words = t().signIn;
    const text = wrongPage.value ? words.wrongPageField : notice ? words[notice] : "";
    return <SignIn title={t().app.field} notice={text} onSignedIn={begin} />;
  }
  const bad = contact.value === "lost" || contact.value === "unstable";
  const condition = noticeText("field");
  return (
    <div class="felt">
      {!bad && condition && (
        <p class="no-contact" role="status">
          {condition}
        </p>
      )}
      {bad && (
        <p class="no-contact" role="status">
          {t().field.offline}
        </p>
      )}
      {shown.value ? <VisitPage key={shown.value.id} visit={shown.value} /> : <VisitList onSignOut={leave} />}
    </div>
  );
}
