import { Icon, type IconName } from './icon.tsx';

/** The page's one ornament: vaults within vaults, and what they keep. */
export function Arches({ icon }: { readonly icon: IconName }) {
  return (
    <div class="arches" aria-hidden="true">
      <svg width="168" height="104" viewBox="0 0 168 104">
        <path class="arch arch-3" d="M8 104V84a76 76 0 0 1 152 0v20" />
        <path class="arch arch-2" d="M28 104V84a56 56 0 0 1 112 0v20" />
        <path class="arch arch-1" d="M48 104V84a36 36 0 0 1 72 0v20" />
      </svg>
      <Icon name={icon} size={32} />
    </div>
  );
}

/** The wordmark's sign. */
export const Mark = ({ size = 32 }: { readonly size?: 28 | 32 | 48 }) => (
  <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
    <rect class="mark-ground" width="32" height="32" rx="8" />
    <path class="mark-vault" d="M9 8v9a7 7 0 0 0 14 0V8" />
    <path class="mark-floor" d="M9 26h14" />
  </svg>
);

export const Brand = () => <span class="brand"><Mark size={28} /><span>Underkeep</span></span>;

const STOPS = [40, 150, 260, 370, 480] as const;
const LENGTH = STOPS[4] - STOPS[0];

/** A live picture of the way out: this device, three relays, the network. `fraction` 0 to 1 is how far it is lit. */
export function Hops({ fraction, failed = false }: { readonly fraction: number; readonly failed?: boolean }) {
  const lit = STOPS[0] + LENGTH * fraction;
  return (
    <svg class={failed ? 'hops is-failed' : 'hops'} viewBox="0 0 520 96" aria-hidden="true">
      <path class="hop-line" d="M40 48H480" />
      <path class="hop-lit" d="M40 48H480" stroke-dasharray={`${LENGTH * fraction} ${LENGTH}`} />
      {STOPS.map((x, at) => {
        const state = lit >= x ? 'is-lit' : lit >= x - LENGTH / 4 && fraction > 0 ? 'is-next' : '';
        return (
          <g key={x} class={`hop ${state}`}>
            <circle class="hop-halo" cx={x} cy="48" r={at === 0 || at === 4 ? 36 : 26} />
            <circle class="hop-stop" cx={x} cy="48" r={at === 0 || at === 4 ? 24 : 14} />
          </g>
        );
      })}
      <path class="hop-sign" d="M30 40h20v13H30zM27 57h26" />
      <path class="hop-sign" d="M485 43a5 5 0 1 1-10 0 5 5 0 0 1 10 0zM468 60c1-6 5-9 12-9s11 3 12 9" />
    </svg>
  );
}
