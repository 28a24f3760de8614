// Builds the two pages into dist/ as static files that a strict content security policy allows: nothing inline,
// nothing from elsewhere. Also writes the field page's service worker, with the list of files it keeps.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Emits /felt-sw.js: felt/sw.js with the names of all files that the field page's shell consists of. */
function fieldServiceWorker() {
  return {
    name: "varde-field-service-worker",
    apply: "build",
    generateBundle(_options, bundle) {
      const shell = new Set(["/felt/", "/felt/manifest.webmanifest", "/icons/felt.svg"]);
      const visit = (file) => {
        const chunk = bundle[file];
        if (chunk?.type !== "chunk" || shell.has("/" + file)) return;
        shell.add("/" + file);
        chunk.viteMetadata?.importedCss.forEach((css) => shell.add("/" + css));
        chunk.viteMetadata?.importedAssets.forEach((asset) => shell.add("/" + asset));
        [...chunk.imports, ...chunk.dynamicImports].forEach(visit);
      };
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === "chunk" && chunk.isEntry && chunk.name === "felt") visit(chunk.fileName);
        if (chunk.fileName.endsWith(".woff2")) shell.add("/" + chunk.fileName);
      }
      const files = [...shell].sort();
      const template = readFileSync(resolve(here, "felt/sw.js"), "utf8");
      this.emitFile({
        type: "asset",
        fileName: "felt-sw.js",
        source: template.replace("__SHELL__", JSON.stringify(files)),
      });
    },
  };
}

export default defineConfig({
  root: here,
  appType: "mpa",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  plugins: [fieldServiceWorker()],
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        desk: resolve(here, "index.html"),
        felt: resolve(here, "felt/index.html"),
      },
    },
  },
});
