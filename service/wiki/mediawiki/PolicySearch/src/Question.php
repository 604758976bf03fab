<?php

namespace MediaWiki\Extension\PolicySearch;

/**
 * What policy-search is asked. Where a part is left out, the wiki's settings say it.
 */
class Question {
	/** @var string */
	public $text;

	/** @var int|null Most clauses */
	public $limit;

	/** @var string[]|null Ids of policies; empty for all */
	public $policies;

	/** @var string[]|null Language codes; empty for all */
	public $languages;

	/**
	 * @param string $text
	 * @param int|null $limit
	 * @param string[]|null $policies
	 * @param string[]|null $languages
	 */
	public function __construct(
		string $text, ?int $limit = null, ?array $policies = null, ?array $languages = null
	) {
		$this->text = trim( $text );
		$this->limit = $limit;
		$this->policies = $policies;
		$this->languages = $languages;
	}
}
