/** The words of a passphrase, numbered, in the order in which they are typed. */
export function Words({ phrase }: { readonly phrase: string | null }) {
  const words = phrase === null ? Array.from({ length: 6 }, () => '') : wordsOf(phrase);
  return (
    <ol class="words" dir="ltr" translate={false} aria-busy={phrase === null}>
      {words.map((word, at) => <li key={at}><span class="word-number" aria-hidden="true">{at + 1}</span><span class="word">{word}</span></li>)}
    </ol>
  );
}

export const wordsOf = (phrase: string): readonly string[] => phrase.split(/[\s-]+/).filter(Boolean);
