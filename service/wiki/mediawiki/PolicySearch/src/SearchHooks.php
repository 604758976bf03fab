<?php

namespace MediaWiki\Extension\PolicySearch;

use MediaWiki\Hook\SpecialSearchResultsHook;
use MediaWiki\Hook\SpecialSearchResultsPrependHook;
use OutputPage;

/**
 * The block on Special:Search. It is made where the page begins, and put below the search form,
 * which is written after that: over what the wiki itself found, and also where it found nothing.
 */
class SearchHooks implements SpecialSearchResultsPrependHook, SpecialSearchResultsHook {
	/** @var Client */
	private $client;

	/** @var Block */
	private $block;

	/** @var OutputPage|null Where the block goes */
	private $output;

	/** @var string HTML of the block, until it is put in */
	private $html = '';

	/**
	 * @param Client $client
	 * @param Block $block
	 */
	public function __construct( Client $client, Block $block ) {
		$this->client = $client;
		$this->block = $block;
	}

	/** @inheritDoc */
	public function onSpecialSearchResultsPrepend( $specialSearch, $output, $term ) {
		$this->html = '';
		$authority = $specialSearch->getAuthority();
		if (
			trim( $term ) === '' ||
			// Further pages of the wiki's results are about those alone.
			$specialSearch->getRequest()->getInt( 'offset' ) > 0 ||
			!$authority->isAllowedAll( 'read', 'policysearch' )
		) {
			return true;
		}
		$question = new Question( $term );
		$this->output = $output;
		$this->html = $this->block->html(
			$this->client->search( $question ),
			$question,
			$specialSearch->getLanguage(),
			$authority->isAllowed( 'editinterface' )
		);
		$output->addModuleStyles( 'ext.policySearch.styles' );
		return true;
	}

	/** @inheritDoc */
	public function onSpecialSearchResults( $term, &$titleMatches, &$textMatches ) {
		if ( $this->output && $this->html !== '' ) {
			$this->output->addHTML( $this->html );
			$this->html = '';
		}
	}
}
