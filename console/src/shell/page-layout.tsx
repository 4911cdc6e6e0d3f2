import AppLayout from '@cloudscape-design/components/app-layout';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import SideNavigation from '@cloudscape-design/components/side-navigation';
import { type ReactNode } from 'react';

import { usePreferences } from '../preferences/context.tsx';
import { useArrival } from './arrival.ts';

/** Those in the navigation. */
export type PageName =
  | 'events'
  | 'insights'
  | 'sql'
  | 'dashboards'
  | 'stores'
  | 'findings'
  | 'detections'
  | 'rules'
  | 'alarms'
  | 'log-groups'
  | 'trails'
  | 'organization';

type Props = {
  readonly active: PageName;
  readonly title: string;
  readonly contentType?: 'table' | 'wizard' | 'default';
  /** Pages above this one, and this one. */
  readonly crumbs?: readonly { readonly text: string; readonly href: string }[];
  readonly children: ReactNode;
  readonly splitPanel?: ReactNode;
  readonly onSplitPanelClose?: () => void;
};

const PAGES = [
  { type: 'link', text: 'Event history', href: '#/events' },
  { type: 'link', text: 'Insights', href: '#/insights' },
  { type: 'link', text: 'SQL', href: '#/sql' },
  { type: 'link', text: 'Dashboards', href: '#/dashboards' },
  { type: 'link', text: 'Event data stores', href: '#/stores' },
  { type: 'link', text: 'Findings', href: '#/findings' },
  { type: 'link', text: 'Detections', href: '#/detections' },
  { type: 'link', text: 'Rules', href: '#/rules' },
  { type: 'link', text: 'Alarms', href: '#/alarms' },
  { type: 'link', text: 'Log groups', href: '#/log-groups' },
  { type: 'link', text: 'Trails', href: '#/trails' },
  { type: 'link', text: 'Organization', href: '#/organization' },
] as const;

/** The frame of every page: navigation on the left, an event on the right or below. */
export function PageLayout(props: Props) {
  const { active, title, contentType = 'table', crumbs, children, splitPanel, onSplitPanelClose } = props;
  const [{ navigationOpen, panel }, setPreferences] = usePreferences();
  const arrival = useArrival(title);
  return (
    <AppLayout
      contentType={contentType}
      {...(crumbs ? { breadcrumbs: <BreadcrumbGroup items={crumbs} ariaLabel="Where you are" /> } : {})}
      headerSelector="#ot-top"
      navigation={<SideNavigation activeHref={`#/${active}`} items={PAGES} />}
      navigationWidth={220}
      navigationOpen={navigationOpen}
      onNavigationChange={({ detail }) => setPreferences({ navigationOpen: detail.open })}
      toolsHide
      content={
        <div ref={arrival} className="ot-page" role="group" aria-label={title} tabIndex={-1}>
          {children}
        </div>
      }
      splitPanel={splitPanel}
      splitPanelOpen={splitPanel !== undefined}
      onSplitPanelToggle={({ detail }) => {
        if (!detail.open) onSplitPanelClose?.();
      }}
      splitPanelPreferences={{ position: panel.position }}
      onSplitPanelPreferencesChange={({ detail }) =>
        setPreferences({ panel: { position: detail.position, size: undefined } })
      }
      splitPanelSize={
        panel.size ??
        (panel.position === 'side'
          ? Math.min(640, Math.round(window.innerWidth * 0.4))
          : Math.round(window.innerHeight * 0.5))
      }
      onSplitPanelResize={({ detail }) => setPreferences({ panel: { ...panel, size: detail.size } })}
      ariaLabels={{
        navigation: 'Pages',
        navigationClose: 'Close navigation',
        navigationToggle: 'Open navigation',
      }}
    />
  );
}
