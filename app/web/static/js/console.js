// What the console's pages do by themselves: count down, leave unchanged fragments alone, send a form once.
import { startCountdowns } from "./countdown.js";
import { keepUnchanged } from "./polling.js";
import { followThread } from "./thread.js";
import { sendOnce } from "./forms.js";

startCountdowns();
keepUnchanged();
followThread();
sendOnce();
