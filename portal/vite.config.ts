// How the portal is built: one page at /portal/, its parts loaded when they are needed, each name a digest of what is in it.

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: '/portal/',
  plugins: [react()],
  build: {
    target: 'es2023',
    outDir: process.env['POSTERN_PORTAL_OUT'] ?? 'dist',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Paths are compared in lower case where they are served.
        hashCharacters: 'hex',
        entryFileNames: 'assets/[hash].js',
        chunkFileNames: 'assets/[hash].js',
        assetFileNames: 'assets/[hash][extname]',
        // What several pages need comes in two files, else every page would bring a dozen small ones of its own.
        codeSplitting: {
          groups: [
            { name: 'libraries', test: /node_modules[\\/](?!postal-mime)/ },
            { name: 'common', test: /[\\/]src[\\/]/, minShareCount: 2 },
          ],
        },
      },
    },
  },
})
