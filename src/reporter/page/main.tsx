/** Starts the run page: reads the data that stands in it. */
import { render } from 'preact';
import { App } from './app';
import { readRun } from './load';
import { toRun } from './model';
import '../../ui/tokens.css';
import '../../ui/reset.css';
import './page.css';

const place = document.getElementById('app');
void readRun().then((data) => {
  if (place) render(<App run={toRun(data)} />, place);
});
