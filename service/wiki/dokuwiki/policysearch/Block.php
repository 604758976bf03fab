<?php

namespace dokuwiki\plugin\policysearch;

/**
 * Writes the answer to a question as HTML
 *
 * All that comes from the service is escaped here.
 */
class Block
{
    /** Least relevance, and the word for it; below them it is 'related' */
    const RELEVANCE = ['probable' => 0.5, 'possible' => 0.25];

    /** Names of languages in themselves; others are shown by their code */
    const LANGUAGES = [
        'de' => 'Deutsch', 'en' => 'English', 'es' => 'español', 'fr' => 'français',
        'ja' => '日本語', 'ko' => '한국어', 'zh' => '中文',
    ];

    /** @var Links */
    protected $links;
    /** @var callable gives the word for a key of lang.php */
    protected $word;

    /**
     * @param Links $links
     * @param callable $word
     */
    public function __construct(Links $links, callable $word)
    {
        $this->links = $links;
        $this->word = $word;
    }

    /**
     * @param array $answer
     * @param string $question
     * @param bool $forAdministrator whether it tells what went wrong
     * @param bool $withQuestion whether it tells what was asked, as on a page that was not searched for
     * @return string HTML
     */
    public function html(array $answer, $question, $forAdministrator, $withQuestion)
    {
        $html = '<h2 class="policysearch-heading">' . $this->word('heading') . '</h2>';
        if ($withQuestion) $html .= '<p class="policysearch-question">' . hsc($question) . '</p>';
        if ($answer['state'] !== 'answered') {
            $html .= $this->note($this->word($answer['state']));
            if ($forAdministrator) $html .= $this->note(sprintf($this->word('reason'), hsc($answer['reason'])));
        } else {
            $clauses = $answer['hits'] ?: $answer['nearest'];
            if (!$answer['hits']) $html .= $this->note($this->word($clauses ? 'none' : 'none_at_all'));
            if ($clauses) {
                $html .= '<ol class="policysearch-clauses">';
                foreach ($clauses as $clause) {
                    $html .= $this->clause($clause, (bool)$answer['hits']);
                }
                $html .= '</ol>';
            }
            $html .= '<p class="policysearch-more"><a href="' . hsc($this->links->search($question)) . '">'
                . $this->word('more') . '</a></p>';
        }
        return '<div class="plugin_policysearch" role="region" aria-label="' . $this->word('heading') . '">'
            . $html . '</div>';
    }

    /**
     * @param array $clause
     * @param bool $answers whether it is a hit; of one that is not, no relevance is told
     * @return string HTML
     */
    protected function clause(array $clause, $answers)
    {
        $lang = hsc($clause['lang']);
        $html = '<li><div class="policysearch-head"><a class="policysearch-citation" lang="' . $lang . '" href="'
            . hsc($this->links->clause($clause['policy_id'], $clause['id'])) . '">'
            . hsc($clause['citation']) . '</a>';
        if ($lang !== '') {
            $name = self::LANGUAGES[$clause['lang']] ?? $clause['lang'];
            $html .= ' <span class="policysearch-lang" lang="' . $lang . '">' . hsc($name) . '</span>';
        }
        $html .= '</div><div class="policysearch-snippet" lang="' . $lang . '" dir="auto">'
            . $this->marked($clause['snippet'], $clause['highlights']) . '</div>';
        $html .= '<div class="policysearch-foot">';
        if ($answers && $clause['relevance'] !== null) {
            $html .= '<span class="policysearch-relevance">'
                . $this->word($this->relevance($clause['relevance'])) . '</span> · ';
        }
        $place = implode(' › ', array_merge([$clause['policy_title']], $clause['headings']));
        $html .= '<span lang="' . $lang . '">' . hsc($place) . '</span>';
        return $html . '</div></li>';
    }

    /**
     * @param float $relevance probability that the clause answers
     * @return string key of the word for it
     */
    protected function relevance($relevance)
    {
        foreach (self::RELEVANCE as $key => $least) {
            if ($relevance >= $least) return $key;
        }
        return 'related';
    }

    /**
     * @param string $text
     * @param array $highlights [start, end) in characters, in order
     * @return string HTML
     */
    protected function marked($text, array $highlights)
    {
        $html = '';
        $at = 0;
        foreach ($highlights as [$start, $end]) {
            if ($start < $at || $end <= $start) continue;
            $html .= hsc($this->part($text, $at, $start))
                . '<mark>' . hsc($this->part($text, $start, $end)) . '</mark>';
            $at = $end;
        }
        return $html . hsc($this->part($text, $at));
    }

    /**
     * @param string $text
     * @param int $start in characters
     * @param int|null $end
     * @return string
     */
    protected function part($text, $start, $end = null)
    {
        return \dokuwiki\Utf8\PhpString::substr($text, $start, $end === null ? null : $end - $start);
    }

    /**
     * @param string $html
     * @return string HTML
     */
    protected function note($html)
    {
        return '<p class="policysearch-note">' . $html . '</p>';
    }

    /**
     * @param string $key
     * @return string HTML
     */
    protected function word($key)
    {
        return hsc(call_user_func($this->word, $key));
    }
}
