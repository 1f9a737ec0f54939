/**
 * A short sound for new work: two soft notes, made here, so that there is nothing to load. Of several tabs one rings.
 */
export class Bell {
  #preferences;
  #storage;
  /** @type {AudioContext | null} */
  #audio = null;

  /**
   * @param {import("./preferences.js").Preferences} preferences
   * @param {Storage | null} storage
   */
  constructor(preferences, storage) {
    this.#preferences = preferences;
    this.#storage = storage;
    // A browser lets a page sound only once its reader has touched it.
    const wake = () => this.#audio?.resume();
    addEventListener("pointerdown", wake);
    addEventListener("keydown", wake);
  }

  get isMuted() {
    return this.#preferences.get("muted", "no") === "yes";
  }

  set isMuted(value) {
    this.#preferences.set("muted", value ? "yes" : "no");
    if (!value) this.#sound();
  }

  /**
   * Rings once for this news, whichever tab comes first. A tab whose reader is looking at the case takes the turn and
   * stays silent.
   *
   * @param {string} news the case and how far it has come
   * @param {{silently: boolean}} options
   */
  async ring(news, { silently }) {
    // The one who looks goes first.
    if (!silently) await new Promise((resolve) => setTimeout(resolve, 150));
    const take = () => {
      const { told, soundedAt } = this.#memory();
      if (told.includes(news)) return;
      const now = Date.now();
      const sounds = !silently && !this.isMuted && Math.abs(now - soundedAt) > pauseMs;
      this.#remember({ told: [news, ...told].slice(0, 50), soundedAt: sounds ? now : soundedAt });
      if (sounds) this.#sound();
    };
    if (navigator.locks) await navigator.locks.request("foyer-bell", take);
    else take();
  }

  /** @param {{told: string[], soundedAt: number}} memory */
  #remember(memory) {
    try {
      this.#storage?.setItem(memoryKey, JSON.stringify(memory));
    } catch {
      // Without storage each tab rings for itself.
    }
  }

  /** What all tabs know together. @returns {{told: string[], soundedAt: number}} */
  #memory() {
    try {
      const { told, soundedAt } = JSON.parse(this.#storage?.getItem(memoryKey) ?? "{}");
      return { told: Array.isArray(told) ? told : [], soundedAt: Number(soundedAt) || 0 };
    } catch {
      return { told: [], soundedAt: 0 };
    }
  }

  #sound() {
    this.#audio ??= new AudioContext();
    const audio = this.#audio;
    if (audio.state === "suspended") audio.resume();
    note(audio, 659.3, audio.currentTime);
    note(audio, 880, audio.currentTime + 0.13);
  }
}

const memoryKey = "foyer.dashboard.bell";

/** In a busy hour a bell at every message is noise. */
const pauseMs = 3000;

/**
 * @param {AudioContext} audio
 * @param {number} hertz
 * @param {number} at
 */
function note(audio, hertz, at) {
  const tone = audio.createOscillator();
  const loudness = audio.createGain();
  tone.type = "sine";
  tone.frequency.value = hertz;
  loudness.gain.setValueAtTime(0.0001, at);
  loudness.gain.exponentialRampToValueAtTime(0.12, at + 0.015);
  loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.45);
  tone.connect(loudness).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.5);
}
