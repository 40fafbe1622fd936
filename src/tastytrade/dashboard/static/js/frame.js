// Frame: whatever asks to be drawn is drawn once in the next animation frame, however often it asked.

const waiting = new Set();
let asked = false;

export function draw(job) {
  waiting.add(job);
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    const jobs = [...waiting];
    waiting.clear();
    for (const one of jobs) one();
    counts.frames += 1;
  });
}

// For whoever wants to know how often the page draws.
export const counts = { frames: 0 };
