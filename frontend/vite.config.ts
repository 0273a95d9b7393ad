import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Every script and style a second time, packed as well as gzip can: the server sends these to browsers that take them. */
const packed: Plugin = {
  name: "packed",
  generateBundle(_, bundle) {
    for (const [fileName, file] of Object.entries(bundle)) {
      if (!/\.(js|css)$/.test(fileName)) continue;
      const source = gzipSync(file.type === "chunk" ? file.code : file.source, { level: 9 });
      this.emitFile({ type: "asset", fileName: `${fileName}.gz`, source });
    }
  },
};

// Built into the Python package, which serves it; a developer's `npm run dev` speaks to a running `dyepack serve`.
export default defineConfig({
  plugins: [react(), packed],
  build: {
    outDir: "../src/dyepack/web/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 300,
  },
  server: { host: "127.0.0.1", proxy: { "/api": "http://127.0.0.1:8000" } },
});
