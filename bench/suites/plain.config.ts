/** Playwright Test as it is; the naive fixture runs under it too. */
import { defineConfig } from '@playwright/test';
import { settings } from './settings';

export default defineConfig(settings);
