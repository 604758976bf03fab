<?php

namespace MediaWiki\Extension\PolicySearch;

/**
 * What came of a question.
 */
class Answer {
	/** The service has answered, be it that no clause does. */
	public const ANSWERED = 'answered';
	/** It did not answer, or not in time. */
	public const DOWN = 'down';
	/** It answered that it will not search: the key, or what was asked, is not good. */
	public const REFUSED = 'refused';

	/** @var string One of the constants above */
	public $state;

	/** @var array[] Clauses as cleaned by self::clauses(), best first */
	public $hits;

	/** @var array[] Where there are no hits: the clauses that come closest */
	public $nearest;

	/** @var string[] Texts, where suggestions were asked for */
	public $suggestions;

	/** @var string For administrators: what went wrong. It never holds the key. */
	public $reason;

	/** @var bool Whether another question would fail as well */
	public $concernsAll;

	/**
	 * @param array $parts
	 */
	private function __construct( array $parts ) {
		$this->state = $parts['state'];
		$this->hits = $parts['hits'] ?? [];
		$this->nearest = $parts['nearest'] ?? [];
		$this->suggestions = $parts['suggestions'] ?? [];
		$this->reason = $parts['reason'] ?? '';
		$this->concernsAll = $parts['concernsAll'] ?? false;
	}

	/**
	 * @param array $body The answer to /v1/search or /v1/suggest
	 * @return self
	 */
	public static function fromBody( array $body ): self {
		return new self( [
			'state' => self::ANSWERED,
			'hits' => self::clauses( $body['hits'] ?? [] ),
			'nearest' => self::clauses( $body['nearest'] ?? [] ),
			'suggestions' => array_filter(
				array_column( (array)( $body['suggestions'] ?? [] ), 'text' ), 'is_string'
			),
		] );
	}

	/**
	 * @param string $state self::DOWN or self::REFUSED
	 * @param string $reason
	 * @param bool $concernsAll
	 * @return self
	 */
	public static function failed( string $state, string $reason, bool $concernsAll ): self {
		return new self( [ 'state' => $state, 'reason' => $reason, 'concernsAll' => $concernsAll ] );
	}

	/**
	 * @param array $cached What toArray() gave
	 * @return self
	 */
	public static function fromArray( array $cached ): self {
		return new self( $cached );
	}

	/**
	 * @return array For a cache
	 */
	public function toArray(): array {
		return get_object_vars( $this );
	}

	/**
	 * Keeps of each hit what is shown, with types that can be relied on.
	 *
	 * @param mixed $hits
	 * @return array[]
	 */
	private static function clauses( $hits ): array {
		$clauses = [];
		foreach ( is_array( $hits ) ? $hits : [] as $hit ) {
			if ( !is_string( $hit['id'] ?? null ) || !is_string( $hit['policy']['id'] ?? null ) ) {
				continue;
			}
			$highlights = [];
			foreach ( $hit['snippet']['highlights'] ?? [] as $span ) {
				$highlights[] = [ (int)$span[0], (int)$span[1] ];
			}
			$relevance = $hit['relevance'] ?? null;
			$clauses[] = [
				'id' => $hit['id'],
				'policy_id' => $hit['policy']['id'],
				'policy_title' => (string)( $hit['policy']['title'] ?? '' ),
				'citation' => (string)( $hit['citation'] ?? $hit['id'] ),
				'headings' => array_map( 'strval', $hit['heading_path'] ?? [] ),
				'lang' => (string)( $hit['lang'] ?? '' ),
				'snippet' => (string)( $hit['snippet']['text'] ?? $hit['text'] ?? '' ),
				'highlights' => $highlights,
				'relevance' => is_numeric( $relevance ) ? (float)$relevance : null,
			];
		}
		return $clauses;
	}
}
