// Unit tests run in a light imitation of a browser: they are about rules and words, not about pixels.
import { defineConfig } from "vitest/config";

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  test: { environment: "happy-dom", include: ["tests/*.test.ts"] },
});
