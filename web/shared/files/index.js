export { fileList } from "./list.js";
export { FileTray } from "./tray.js";

// Comes with the first who needs it: a page that shares no files does without.
const sheet = document.createElement("link");
sheet.rel = "stylesheet";
sheet.href = "/shared/files/files.css";
document.head.append(sheet);
