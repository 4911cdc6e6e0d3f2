import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// A test runner that starts the build leaves its own NODE_ENV behind, and React would ship its development half.
process.env['NODE_ENV'] = 'production';

export default defineConfig({
  base: '/_console/',
  plugins: [fontsAsFiles(), react()],
  build: {
    outDir: 'dist',
    sourcemap: false,
    assetsInlineLimit: 0,
    target: 'es2022',
    // Preloading helpers are fine, inline scripts are not: the Content-Security-Policy says script-src 'self'.
    modulePreload: { polyfill: false },
  },
});

/** Cloudscape ships its fonts as data: URLs inside the style sheet; as files only the faces in use are fetched. */
function fontsAsFiles(): Plugin {
  return {
    name: 'fonts-as-files',
    enforce: 'pre',
    apply: 'build',
    transform(code, id) {
      if (!/global-styles[\\/]index\.css/.test(id)) return undefined;
      return code.replaceAll(/data:font\/woff2;base64,([A-Za-z0-9+/=]+)/g, (_all, base64: string) => {
        const reference = this.emitFile({
          type: 'asset',
          name: 'open-sans.woff2',
          source: Buffer.from(base64, 'base64'),
        });
        return `__VITE_ASSET__${reference}__`;
      });
    },
  };
}
