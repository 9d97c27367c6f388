import { defineConfig } from 'vite';

// One plain script, for a page opened from a file may load no modules.
export default defineConfig({
  base: './',
  esbuild: { jsx: 'automatic' },
  define: { 'process.env.NODE_ENV': '"production"', 'process.env': '{}', global: 'globalThis' },
  build: {
    outDir: '../../build/pictures/page',
    emptyOutDir: true,
    chunkSizeWarningLimit: 100000,
    rollupOptions: { output: { format: 'iife', inlineDynamicImports: true } },
  },
});
