/** Beside each file a smaller copy, made once and as small as can be: the hub sends what the browser understands. */
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(js|css|svg)$/;
/** Below this a copy saves no packet. */
const SMALLEST = 1000;

export const compress: Plugin = {
  name: "compress",
  apply: "build",
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      for (const output of Object.values(bundle)) {
        if (!TEXT.test(output.fileName)) continue;
        const content = Buffer.from(output.type === "chunk" ? output.code : output.source);
        if (content.length < SMALLEST) continue;
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        };
        const copies = { br: brotliCompressSync(content, { params }), gz: gzipSync(content, { level: 9 }) };
        for (const [ending, source] of Object.entries(copies)) {
          this.emitFile({ type: "asset", fileName: `${output.fileName}.${ending}`, source });
        }
      }
    },
  },
};
