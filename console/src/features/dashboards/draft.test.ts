import { describe, expect, it } from 'vitest';

import { getDashboard, type Dashboard } from './dashboards.ts';
import {
  nameProblem,
  planWidget,
  STARTS,
  widgetProblems,
  widgetsWithout,
  type WidgetDraft,
} from './draft.ts';

const OLD = {
  QueryStatement: "SELECT eventname FROM s WHERE eventtime > '?'",
  QueryParameters: ['$StartTime$'],
  ViewProperties: { Title: 'Old', View: 'Table', Width: '4', LabelColumn: 'eventname' },
};

async function board(): Promise<Dashboard> {
  const answer = {
    DashboardArn: 'arn:aws:cloudtrail:us-east-1:123456789012:dashboard/mine',
    Type: 'CUSTOM',
    Widgets: [{ QueryAlias: 'Widget-mine-1', ...OLD }],
  };
  return getDashboard({ json: () => Promise.resolve({}), cloudtrail: () => Promise.resolve(answer) }, 'mine');
}

describe('widgets', () => {
  it('are added with a parameter for each time they name, and those that are there stay as they are', async () => {
    const [first] = STARTS;
    const { input } = planWidget(await board(), first!, 'id-of-store');
    expect(input).toEqual({
      DashboardId: 'mine',
      Widgets: [
        OLD,
        {
          QueryStatement: `SELECT date_trunc('?', eventtime) AS period, count(*) AS calls
FROM id-of-store
WHERE eventtime BETWEEN '?' AND '?'
GROUP BY 1
ORDER BY 1`,
          QueryParameters: ['$Period$', '$StartTime$', '$EndTime$'],
          ViewProperties: { Title: 'Calls', View: 'LineChart', Height: '2', Width: '8' },
        },
      ],
    });
  });

  it('are left out by their alias', async () => {
    const mine = await board();
    expect(widgetsWithout(mine, 'Widget-mine-1')).toEqual([]);
    expect(widgetsWithout(mine, 'Widget-mine-2')).toEqual([OLD]);
  });

  it('say what is wrong before anything is sent', () => {
    const draft: WidgetDraft = { title: 'Calls', view: 'Table', width: '4', statement: 'SELECT 1' };
    expect(widgetProblems(draft)).toEqual({});
    expect(widgetProblems({ ...draft, title: 'Was/ist' }).title).toMatch(/letters, digits/);
    expect(widgetProblems({ ...draft, statement: " 'a?'" }).statement).toMatch(/question mark/);
    expect(widgetProblems({ ...draft, statement: ' ' }).statement).toBe('Write a statement.');
    expect(nameProblem('AWSmine')).toMatch(/reserved/);
    expect(nameProblem('my board')).toMatch(/letters/);
    expect(nameProblem('my-board')).toBeUndefined();
  });
});
