// The console from sign-in to shift: which of its three screens is shown, and what starts and ends with a session.
import { effect, signal } from "@preact/signals";
import { me, RequestError, signOut, whenSignedOut } from "../common/api";
import { t } from "../common/i18n";
import { noticeText } from "../common/notice";
import { sayNow } from "../common/say";
import { SignIn } from "../common/sign_in";
import type { EndReason } from "../common/live";
import type { Me } from "../common/types";
import { startAttention } from "./alerts";
import { CasePane } from "./case_pane";
import { CloseDialog } from "./close_dialog";
import { startFeed } from "./feed";
import { Queue } from "./queue";
import { SidePane } from "./side";
import { soundState, startSound } from "./sound";
import { dialog, openCase, openId, session, shiftStarted, side, signInNotice, unanswered } from "./store";
import { Banner, TopBar } from "./top_bar";
import { AbsenceDialog, CheckDialog } from "./expected_dialogs";
import { HandoverDialog, HelpDialog, SearchDialog, SettingsDialog } from "./view_dialogs";
import { DispatchDialog, NoteDialog, RecallDialog } from "./work_dialogs";

/** True until it is known whether a session is still there from before. */
const looking = signal(true);
const wrongPage = signal(false);
let stopFeed: (() => void) | null = null;

function begin(who: Me): void {
  if (who.role === "responder") location.replace("/felt");
  wrongPage.value = who.role !== "operator";
  if (wrongPage.value) return;
  session.value = who;
  signInNotice.value = "";
  stopFeed?.();
  stopFeed = startFeed(end);
}
/** Nothing of a session outlives it: no list, no case, no sound. */
function end(reason: EndReason): void {
  if (!session.value) return;
  stopFeed?.();
  stopFeed = null;
  shiftStarted.value = false;
  dialog.value = null;
  session.value = null;
  signInNotice.value = reason === "revoked" ? "revoked" : "signedOut";
}

export async function startApp(): Promise<void> {
  whenSignedOut(() => end("signed_out"));
  effect(() => {
    if (soundState.value === "blocked") sayNow(t().banner.soundBlocked);
  });
  try {
    begin(await me());
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
  }
  looking.value = false;
}

async function leave(): Promise<void> {
  try {
    await signOut();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
  }
  end("signed_out");
  signInNotice.value = "";
}

function StartShift() {
  const words = t().shift;
  const waiting = unanswered.value.size;
  const condition = noticeText("long");
  const start = () => {
    shiftStarted.value = true;
    startAttention();
    void startSound();
    // The press was on a button that is gone now; the keys work from the queue.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(".queue")?.focus());
  };
  return (
    <main class="sign-in">
      <div class="panel">
        <h1>{words.title}</h1>
        <p>{session.value?.name}</p>
        {condition && <p class="form-state">{condition}</p>}
        <p class={waiting > 0 ? "form-state" : "muted"} role="status">
          {waiting > 0 ? words.waiting(waiting) : words.none}
        </p>
        <p>{words.why}</p>
        <p class="muted">{words.tone}</p>
        <button type="button" class="primary" onClick={start}>
          {words.start}
        </button>
        <button type="button" class="quiet" onClick={() => void leave()}>
          {t().signIn.signOut}
        </button>
      </div>
    </main>
  );
}

function OpenDialog() {
  const name = dialog.value;
  if (name === null) return null;
  if (name === "search") return <SearchDialog />;
  if (name === "help") return <HelpDialog />;
  if (name === "settings") return <SettingsDialog onSignOut={() => void leave()} />;
  if (name === "handover") return <HandoverDialog />;
  if (typeof name === "object" && "absence" in name) return <AbsenceDialog person={name.absence} />;
  if (typeof name === "object" && "check" in name) return <CheckDialog check={name.check} person={name.of} />;
  const c = openCase.value;
  if (!c) return null;
  if (name === "note") return <NoteDialog c={c} />;
  if (name === "dispatch") return <DispatchDialog c={c} />;
  if (name === "close") return <CloseDialog c={c} />;
  return <RecallDialog c={c} visit={name.recall} />;
}

export function App() {
  if (looking.value) return null;
  if (!session.value) {
    const notice = signInNotice.value;
    const words = t().signIn;
    const text = wrongPage.value ? words.wrongPage : notice ? words[notice] : "";
    return <SignIn title={t().app.console} notice={text} onSignedIn={begin} />;
  }
  if (!shiftStarted.value) return <StartShift />;
  return (
    <div class="desk">
      <TopBar />
      <Banner />
      <Queue />
      {openId.value === null && side.value !== null ? <SidePane name={side.value} /> : <CasePane />}
      <OpenDialog />
    </div>
  );
}
