// One modal window over the page, by the browser's own dialog element: it keeps the focus inside, gives it back to
// where it was, and closes on Esc.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useId, useRef } from "preact/hooks";

/** How many dialogs are open: rows stay where they are meanwhile. */
export const openDialogs = signal(0);

interface Props {
  title: string;
  onClose: () => void;
  wide?: boolean;
  alert?: boolean;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, wide = false, alert = false, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const shown = element.current;
    shown?.showModal();
    shown?.addEventListener("close", onClose);
    openDialogs.value += 1;
    return () => {
      openDialogs.value -= 1;
      // While it is modal nothing else can have the focus; its own close event must not close the next dialog.
      shown?.removeEventListener("close", onClose);
      shown?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={wide ? "dialog dialog-wide" : "dialog"}
      role={alert ? "alertdialog" : "dialog"}
      aria-labelledby={titleId}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}
