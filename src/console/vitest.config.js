// Unit tests run in a light imitation of a browser: they are about rules and words, not about pixels. They may read the
// server's sources beside this folder, to hold the page's words against the codes that the server gives.
import { defineConfig } from "vitest/config";

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  server: { fs: { allow: [".."] } },
  test: { environment: "happy-dom", include: ["tests/*.test.ts"] },
});
