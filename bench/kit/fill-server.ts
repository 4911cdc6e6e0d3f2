import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';

/**
 * `opentrail serve` but for its intervals, which settings allow no shorter than a second: it delivers log files so often that thousands
 * of them take minutes. What is measured is served by the real command, from the folder that this one leaves.
 */
const [data] = process.argv.slice(2);
const config = loadConfig({ env: {}, options: { data, listen: '127.0.0.1:0' } });
const app = await startApp({ ...config, delivery_interval: 40, digest_interval: 3000, log_level: 'warn' });
process.on('SIGTERM', () => void app.stop());
process.stdout.write(`opentrail ready ${app.url}\n`);
