<?php

namespace MediaWiki\Extension\PolicySearch;

use Html;
use Language;
use MediaWiki\Languages\LanguageNameUtils;
use Message;

/**
 * Writes the answer to a question as HTML. All that comes from the service is escaped here.
 */
class Block {
	/** Least relevance, and the message that says it in words; below them `policysearch-related` */
	private const RELEVANCE = [ 'policysearch-probable' => 0.5, 'policysearch-possible' => 0.25 ];

	/** @var Links */
	private $links;

	/** @var LanguageNameUtils */
	private $languageNames;

	/**
	 * @param Links $links
	 * @param LanguageNameUtils $languageNames
	 */
	public function __construct( Links $links, LanguageNameUtils $languageNames ) {
		$this->links = $links;
		$this->languageNames = $languageNames;
	}

	/**
	 * @param Answer $answer
	 * @param Question $question
	 * @param Language $language Of the words around the clauses
	 * @param bool $forAdministrator Whether it tells what went wrong
	 * @param bool $withQuestion Whether it tells what was asked, as on a page that was not searched for
	 * @return string HTML
	 */
	public function html(
		Answer $answer,
		Question $question,
		Language $language,
		bool $forAdministrator = false,
		bool $withQuestion = false
	): string {
		$message = static function ( string $key, ...$params ) use ( $language ): Message {
			return wfMessage( $key, ...$params )->inLanguage( $language );
		};
		$html = Html::element(
			'h2', [ 'class' => 'policysearch-heading' ], $message( 'policysearch-heading' )->text()
		);
		if ( $withQuestion ) {
			$html .= Html::element( 'p', [ 'class' => 'policysearch-question' ], $question->text );
		}
		if ( $answer->state !== Answer::ANSWERED ) {
			$html .= $this->note( $message( 'policysearch-' . $answer->state )->text() );
			if ( $forAdministrator ) {
				$reason = Message::plaintextParam( $answer->reason );
				$html .= $this->note( $message( 'policysearch-reason', $reason )->text() );
			}
		} else {
			$clauses = $answer->hits;
			if ( !$clauses ) {
				$clauses = $answer->nearest;
				$key = $clauses ? 'policysearch-none' : 'policysearch-none-at-all';
				$html .= $this->note( $message( $key )->text() );
			}
			$items = '';
			foreach ( $clauses as $clause ) {
				$items .= $this->clause( $clause, $answer->hits ? $message : null );
			}
			if ( $items !== '' ) {
				$html .= Html::rawElement( 'ol', [ 'class' => 'policysearch-clauses' ], $items );
			}
			$html .= Html::rawElement( 'p', [ 'class' => 'policysearch-more' ], Html::element(
				'a',
				[ 'href' => $this->links->search( $question->text ) ],
				$message( 'policysearch-more' )->text()
			) );
		}
		return Html::rawElement( 'div', [
			'class' => 'policysearch',
			'role' => 'region',
			'aria-label' => $message( 'policysearch-heading' )->text(),
			'lang' => $language->getHtmlCode(),
			'dir' => $language->getDir(),
		], $html );
	}

	/**
	 * @param string $text
	 * @return string HTML
	 */
	private function note( string $text ): string {
		return Html::element( 'p', [ 'class' => 'policysearch-note' ], $text );
	}

	/**
	 * @param array $clause
	 * @param callable|null $message Null for a clause that does not answer: no relevance is told
	 * @return string HTML
	 */
	private function clause( array $clause, ?callable $message ): string {
		$lang = $clause['lang'];
		$head = Html::element( 'a', [
			'class' => 'policysearch-citation',
			'href' => $this->links->clause( $clause['policy_id'], $clause['id'] ),
			'lang' => $lang,
		], $clause['citation'] );
		if ( $lang !== '' ) {
			$head .= ' ' . Html::element(
				'span',
				[ 'class' => 'policysearch-lang', 'lang' => $lang ],
				$this->languageNames->getLanguageName( $lang ) ?: $lang
			);
		}
		$foot = '';
		if ( $message && $clause['relevance'] !== null ) {
			$foot = Html::element(
				'span',
				[ 'class' => 'policysearch-relevance' ],
				$message( $this->relevance( $clause['relevance'] ) )->text()
			) . ' · ';
		}
		$place = implode( ' › ', array_merge( [ $clause['policy_title'] ], $clause['headings'] ) );
		$foot .= Html::element( 'span', [ 'lang' => $lang ], $place );
		return Html::rawElement( 'li', [],
			Html::rawElement( 'div', [ 'class' => 'policysearch-head' ], $head ) .
			Html::rawElement(
				'div',
				[ 'class' => 'policysearch-snippet', 'lang' => $lang, 'dir' => 'auto' ],
				$this->marked( $clause['snippet'], $clause['highlights'] )
			) .
			Html::rawElement( 'div', [ 'class' => 'policysearch-foot' ], $foot )
		);
	}

	/**
	 * @param float $relevance Probability that the clause answers
	 * @return string Key of the message that says so in words
	 */
	private function relevance( float $relevance ): string {
		foreach ( self::RELEVANCE as $key => $least ) {
			if ( $relevance >= $least ) {
				return $key;
			}
		}
		return 'policysearch-related';
	}

	/**
	 * @param string $text
	 * @param array[] $highlights [start, end) in characters, in order
	 * @return string HTML
	 */
	private function marked( string $text, array $highlights ): string {
		$html = '';
		$at = 0;
		foreach ( $highlights as [ $start, $end ] ) {
			if ( $start < $at || $end <= $start ) {
				continue;
			}
			$html .= htmlspecialchars( mb_substr( $text, $at, $start - $at ) ) .
				Html::element( 'mark', [], mb_substr( $text, $start, $end - $start ) );
			$at = $end;
		}
		return $html . htmlspecialchars( mb_substr( $text, $at ) );
	}
}
