/** Starts the run page. */
import { render } from 'preact';
import { App } from './app';
import { readRun } from './load';
import { toRun } from './model';
import '../../ui/styles.css';
import './page.css';

const root = document.getElementById('app');
void readRun().then((data) => {
  if (root) render(<App run={toRun(data)} />, root);
});
