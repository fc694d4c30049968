import type { ComponentChildren } from 'preact';
import { errorText } from '../errors.ts';
import { t } from '../text.ts';
import { Button } from './button.tsx';
import { Arches } from './drawings.tsx';
import { Icon, type IconName } from './icon.tsx';

/** One thing worth knowing, where it matters. */
export const Notice = ({ look = 'info', children, icon }: { readonly look?: 'info' | 'warn' | 'danger'; readonly children: ComponentChildren; readonly icon?: IconName }) => (
  <div class={`notice notice-${look}`}>
    <Icon name={icon ?? (look === 'info' ? 'info' : 'alert')} />
    <div>{children}</div>
  </div>
);

/** A place with nothing in it: what could be here, and how it comes here. */
export const Empty = ({ title, children, action, icon, heading: Heading = 'h2' }: { readonly heading?: 'h1' | 'h2'; readonly title: string; readonly children?: ComponentChildren; readonly action?: ComponentChildren; readonly icon: IconName }) => (
  <div class="empty">
    <Arches icon={icon} />
    <Heading>{title}</Heading>
    {children !== undefined && <p>{children}</p>}
    {action !== undefined && <div class="empty-actions">{action}</div>}
  </div>
);

/** What went wrong, and the way to try again. */
export const Failed = ({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) => (
  <div class="empty" role="alert">
    <Arches icon="alert" />
    <h2>{t('failed.title')}</h2>
    <p>{errorText(error)}</p>
    {onRetry !== undefined && <div class="empty-actions"><Button icon="refresh" onClick={onRetry}>{t('failed.retry')}</Button></div>}
  </div>
);

/** Rows that are on their way. */
export const Loading = ({ label = t('loading') }: { readonly label?: string }) => (
  <div class="loading" role="status">
    <span class="sr">{label}</span>
    {[64, 48, 56, 40, 60].map((width, at) => <span key={at} class={`bone bone-${width}`} aria-hidden="true" />)}
  </div>
);
