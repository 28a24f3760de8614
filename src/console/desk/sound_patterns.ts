// The alarm sounds as samples: one period of each pattern, made once and then looped by the audio hardware's own
// clock, because a hidden window's timers can be a minute late and an alarm may not be.

export type Pattern = "life" | "care" | "system" | "test";

interface Pulse {
  at: number;
  length: number;
  hz: number;
}

/** Pulses in seconds from the period's start. Life: 3+2 every 5 s; care: 3 every 15 s. */
export const patterns: Record<Pattern, { period: number; pulses: Pulse[] }> = {
  life: { period: 5, pulses: [0, 0.3, 0.6, 1.2, 1.5].map((at) => ({ at, length: 0.18, hz: 880 })) },
  care: { period: 15, pulses: [0, 0.45, 0.9].map((at) => ({ at, length: 0.28, hz: 587 })) },
  system: { period: 20, pulses: [{ at: 0, length: 0.5, hz: 392 }, { at: 0.6, length: 0.5, hz: 294 }] },
  test: { period: 1.2, pulses: [{ at: 0, length: 0.3, hz: 587 }, { at: 0.4, length: 0.5, hz: 880 }] },
};

const rampS = 0.02;
const level = 0.55;

/** One period as samples: a fundamental with three weaker harmonics, so that small speakers carry it too. */
export function samplesOf(pattern: Pattern, sampleRate: number): Float32Array<ArrayBuffer> {
  const { period, pulses } = patterns[pattern];
  const samples = new Float32Array(Math.round(period * sampleRate));
  for (const pulse of pulses) {
    const from = Math.round(pulse.at * sampleRate);
    const count = Math.round(pulse.length * sampleRate);
    for (let i = 0; i < count && from + i < samples.length; i += 1) {
      const time = i / sampleRate;
      const envelope = Math.min(1, time / rampS, (pulse.length - time) / rampS);
      const phase = 2 * Math.PI * pulse.hz * time;
      const tone = Math.sin(phase) + Math.sin(2 * phase) / 2 + Math.sin(3 * phase) / 4 + Math.sin(4 * phase) / 8;
      samples[from + i] = level * envelope * (tone / 1.875);
    }
  }
  return samples;
}
