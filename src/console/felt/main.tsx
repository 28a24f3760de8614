// Starts the field page, and keeps its own files on the phone.
import { render } from "preact";
import "../common/tokens.css";
import "../common/base.css";
import "./felt.css";
import { startClock } from "../common/clock";
import { startPrefs } from "../common/prefs";
import { App, startApp } from "./app";

startPrefs();
startClock();
const root = document.getElementById("app");
if (root) render(<App />, root);
void startApp();
// Without it the page works as well, only not without coverage from a cold start.
if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/felt-sw.js", { scope: "/felt" }).catch(() => undefined);
