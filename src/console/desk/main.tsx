// Starts the console of the operators in its one element, in the language and theme that were chosen.
import { render } from "preact";
import "../common/tokens.css";
import "../common/base.css";
import "./desk.css";
import "./case.css";
import { startClock } from "../common/clock";
import { startPrefs } from "../common/prefs";
import { startTitle } from "./alerts";
import { App, startApp } from "./app";
import { startDetail } from "./case_detail";
import { startSubjects } from "./subject_states";

startPrefs();
startClock();
startTitle();
startDetail();
startSubjects();
const root = document.getElementById("app");
if (root) render(<App />, root);
void startApp();
