import logUpdate from 'log-update';
import colors from 'picocolors';

export interface DemoFigures {
  readonly executions: number;
  readonly reads: number;
  readonly writes: readonly { readonly action: string; readonly what: string }[];
  readonly seconds: number;
}

/** What the demo prints: facts as they are checked, events as they happen, one line of progress below them. */
export interface DemoScreen {
  title(text: string): void;
  chapter(text: string): void;
  /** Something that happened, by its source: `workflow`, `aws`, `kubectl get svc`. */
  event(source: string, text: string): void;
  /** A fact that was checked and holds. */
  fact(text: string): void;
  /** What is waited for; undefined clears the line. */
  progress(text: string | undefined): void;
  problem(problem: unknown): void;
  failed(error: unknown): void;
  summary(figures: DemoFigures): void;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const SOURCE_WIDTH = 16;

/** The screen: with a moving line on a terminal, plain lines elsewhere. */
export function demoScreen(): DemoScreen {
  const started = Date.now();
  const moving = process.stdout.isTTY;
  let waiting: string | undefined;
  let frame = 0;
  let facts = 0;
  const seconds = () => ((Date.now() - started) / 1000).toFixed(1).padStart(5);
  const draw = () => (waiting === undefined ? logUpdate.clear() : logUpdate(`  ${FRAMES[(frame += 1) % FRAMES.length] ?? ''} ${waiting} …  ${seconds()} s`));
  const timer = moving ? setInterval(draw, 100) : undefined;
  const line = (text: string) => {
    if (moving) logUpdate.clear();
    console.log(text);
    if (moving) draw();
  };
  return {
    title: (text) => line(colors.bold(text)),
    chapter: (text) => line(`\n${colors.bold(`▸ ${text}`)}`),
    event: (source, text) => line(`${colors.dim(`${seconds()} s`)}  ${colors.cyan(source.padEnd(SOURCE_WIDTH))} ${text}`),
    fact(text) {
      facts += 1;
      line(`${colors.dim(`${seconds()} s`)}  ${colors.green('✔')} ${text}`);
    },
    progress(text) {
      waiting = text;
      if (moving) draw();
    },
    problem: (problem) => line(colors.yellow(`          problem: ${problem instanceof Error ? problem.message : String(problem)}`)),
    failed(error) {
      clearInterval(timer);
      waiting = undefined;
      line(`\n${colors.red('✘')} ${error instanceof Error ? error.message : String(error)}`);
    },
    summary({ executions, reads, writes, seconds: took }) {
      clearInterval(timer);
      waiting = undefined;
      line(`\n${colors.green('✔')} ${colors.bold(`${facts} facts checked.`)} ${executions} executions, ${writes.length + reads} calls to ELBv2 and EC2 (${writes.length} writes, ${reads} reads, polls while waiting included), ${took.toFixed(1)} s.`);
      line('  Next: `npm run local` keeps this system running for your own kubectl and aws commands.');
    },
  };
}
