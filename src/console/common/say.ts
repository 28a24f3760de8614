// What a screen reader hears without being asked: at once for what can't wait, in batches for the rest. The two
// regions stand in the page's HTML from the first moment; nothing here moves the focus.

const batchMs = 3_000;

let pending: string[] = [];
let timer = 0;

function put(id: string, text: string): void {
  const region = document.getElementById(id);
  if (!region) return;
  // The same words twice are only read twice if they are a new node.
  const line = document.createElement("p");
  line.textContent = text;
  region.replaceChildren(line);
}

/** Life alarms, the connection, the sound. Interrupts. */
export function sayNow(text: string): void {
  put("say-now", text);
}
/** Everything else, together with what else happens within three seconds. */
export function saySoon(text: string): void {
  pending.push(text);
  if (timer) return;
  timer = window.setTimeout(() => {
    put("say-soon", pending.join(". "));
    pending = [];
    timer = 0;
  }, batchMs);
}
