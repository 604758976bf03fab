<?php

namespace MediaWiki\Extension\PolicySearch;

/**
 * The addresses of policy-search that readers open. They are put together here alone.
 */
class Links {
	/** @var string */
	private $base;

	/**
	 * @param string $base Where readers reach policy-search, such as https://policies.example.com
	 */
	public function __construct( string $base ) {
		$this->base = rtrim( $base, '/' );
	}

	/**
	 * The page that shows a policy, scrolled to a clause.
	 *
	 * @param string $policyId
	 * @param string $clauseId
	 * @return string
	 */
	public function clause( string $policyId, string $clauseId ): string {
		return $this->base . '/policies/' . rawurlencode( $policyId ) .
			'?clause=' . rawurlencode( $clauseId );
	}

	/**
	 * The search page of policy-search, with a question.
	 *
	 * @param string $question
	 * @return string
	 */
	public function search( string $question ): string {
		return $this->base . '/?q=' . rawurlencode( $question );
	}
}
