// What the console's pages do by themselves: count down, leave unchanged fragments alone, send a form once, fill in ready texts.
import { startCountdowns } from "./countdown.js";
import { keepUnchanged, restUnseen } from "./polling.js";
import { followThread } from "./thread.js";
import { sendOnce } from "./forms.js";
import { pickCanned } from "./canned.js";

startCountdowns();
keepUnchanged();
restUnseen();
followThread();
sendOnce();
pickCanned();
