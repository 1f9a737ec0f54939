/*
 * The loader: a button on the clinic’s page, and behind it the chat in a frame from our own origin. It lives in a
 * shadow root with a constructed style sheet, so that it neither needs a hole in the page's CSP (frame-src and
 * script-src for our origin are enough) nor takes a style from the page.
 */
(() => {
  const script = document.currentScript;
  const { team, label = "Chat with us", colour = "", position = "right" } = script?.dataset ?? {};
  if (!team || window.Foyer) return;
  const { origin } = new URL(script.src);
  const address = `${origin}/chat/${encodeURIComponent(team)}`;

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const host = make("div", {});
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host{all:initial;--c:#0f5c58;--t:#fff;position:fixed;z-index:2147483000;inset:auto 0 0 auto;color-scheme:light dark}
:host(.left){inset:auto auto 0 0}
button,a{font:600 16px/1.2 system-ui,"Segoe UI",Roboto,sans-serif}
button{position:fixed;right:max(20px,env(safe-area-inset-right));bottom:max(20px,env(safe-area-inset-bottom));
display:flex;gap:10px;align-items:center;min-height:56px;max-width:calc(100vw - 40px);padding:0 22px 0 18px;border:0;
border-radius:28px;background:var(--c);color:var(--t);box-shadow:0 2px 6px #0003,0 14px 34px -10px #0007;cursor:pointer}
:host(.left) button{right:auto;left:20px}
button:focus-visible,a:focus-visible{outline:3px solid var(--c);outline-offset:3px;box-shadow:0 0 0 3px #fff}
svg{flex:none;width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round}
b{min-width:14px;padding:4px 5px;border-radius:12px;background:#b3261e;color:#fff;font-size:13px;text-align:center}
[hidden]{display:none!important}
div{position:fixed;right:20px;bottom:90px;width:400px;height:min(660px,calc(100vh - 110px));overflow:hidden;
border-radius:18px;background:Canvas;box-shadow:0 0 0 1px #0002,0 24px 60px -12px #0006}
:host(.left) div{right:auto;left:20px}
iframe{position:absolute;inset:0;width:100%;height:100%;border:0}
a{position:absolute;inset:auto 24px 24px;color:LinkText;text-align:center}
@media(max-width:520px),(max-height:520px){div,:host(.left) div{inset:0;width:auto;height:auto;border-radius:0}
.open+button{display:none}}`);
  root.adoptedStyleSheets = [sheet];

  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", "M4 18.5V12a8 8 0 1 1 3.2 6.4zM8.5 10.5h7M8.5 14h4.5");
  svg.append(path);
  const badge = make("b", { hidden: true });
  const button = make("button", { type: "button" }, svg, make("span", { textContent: label }), badge);
  const panel = make("div", { hidden: true });
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", label);
  button.setAttribute("aria-expanded", "false");
  root.append(panel, button);
  if (position === "left") host.className = "left";

  let frame = null;
  let isReady = false;
  const tell = () => {
    if (isReady) frame.contentWindow.postMessage({ foyer: 1, type: panel.hidden ? "hidden" : "shown" }, origin);
  };

  const show = (isOpen) => {
    if (isOpen && !frame) {
      // Seen only where the page's CSP, or the network, keeps the frame away: the frame lies above it.
      const link = make("a", { href: address, target: "_blank", rel: "noopener" }, "Open the chat in a new tab");
      frame = make("iframe", { src: `${address}?embedded`, title: label, allow: "autoplay" });
      panel.append(link, frame);
    }
    panel.hidden = !isOpen;
    // Until the chat can close itself, the button that does stays in sight.
    panel.className = isOpen && isReady ? "open" : "";
    button.setAttribute("aria-expanded", String(isOpen));
    tell();
    (isOpen ? frame : button).focus();
  };

  const count = (unread) => {
    badge.textContent = unread > 15 ? "15+" : String(unread);
    badge.hidden = !unread;
    button.setAttribute("aria-label", unread ? `${label}, ${unread} unread` : label);
  };

  button.addEventListener("click", () => show(panel.hidden));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden && !event.defaultPrevented) show(false);
  });
  addEventListener("message", ({ data, origin: from, source }) => {
    if (from !== origin || !frame || source !== frame.contentWindow || data?.foyer !== 1) return;
    if (data.type === "ready") {
      isReady = true;
      panel.className = panel.hidden ? "" : "open";
      tell();
    } else if (data.type === "close") show(false);
    else if (data.type === "unread" && Number.isInteger(data.count)) count(Math.max(0, data.count));
  });

  window.Foyer = Object.freeze({ open: () => show(true), close: () => !panel.hidden && show(false) });
  const settle = () => {
    document.body.append(host);
    if (!CSS.supports("color", colour)) return;
    host.style.setProperty("--c", colour);
    // Black or white, whichever reads better on the clinic's colour.
    const [red, green, blue] = getComputedStyle(button).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
    if (red * 0.299 + green * 0.587 + blue * 0.114 > 150) host.style.setProperty("--t", "#111");
  };
  if (document.body) settle();
  else addEventListener("DOMContentLoaded", settle);
})();
