/**
 * Many changes, one redrawing: in the next frame, or soon where a hidden tab gets no frames.
 *
 * @param {() => void} draw
 * @returns {() => void}
 */
export function coalesced(draw) {
  let isPlanned = false;
  const run = () => {
    isPlanned = false;
    draw();
  };
  return () => {
    if (isPlanned) return;
    isPlanned = true;
    if (document.hidden) setTimeout(run, 50);
    else requestAnimationFrame(run);
  };
}
