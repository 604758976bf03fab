<?php

namespace MediaWiki\Extension\PolicySearch;

use MediaWiki\Api\Hook\ApiOpenSearchSuggestHook;
use MediaWiki\Permissions\PermissionManager;
use RequestContext;
use SpecialPage;
use Title;

/**
 * Adds titles, headings and terms of policies to what the search box suggests. Each leads to the
 * wiki's search for it, where the clauses are.
 */
class SuggestHooks implements ApiOpenSearchSuggestHook {
	/** @var Client */
	private $client;

	/** @var PermissionManager */
	private $permissions;

	/**
	 * @param Client $client
	 * @param PermissionManager $permissions
	 */
	public function __construct( Client $client, PermissionManager $permissions ) {
		$this->client = $client;
		$this->permissions = $permissions;
	}

	/** @inheritDoc */
	public function onApiOpenSearchSuggest( &$results ) {
		$context = RequestContext::getMain();
		$request = $context->getRequest();
		$typed = trim( $request->getText( 'search' ) );
		if (
			$this->client->setting( 'Suggestions' ) < 1 ||
			$request->getVal( 'action' ) !== 'opensearch' ||
			$typed === '' ||
			// Who asks for pages of other namespaces alone wants a page.
			!in_array( (string)NS_MAIN, explode( '|', $request->getVal( 'namespace', '0' ) ), true ) ||
			!$this->maySee( $context )
		) {
			return;
		}
		$room = $request->getInt( 'limit', 10 ) - count( $results );
		$known = [];
		foreach ( $results as $result ) {
			$known[$result['title']->getPrefixedText()] = true;
		}
		$id = min( array_merge( [ 0 ], array_keys( $results ) ) );
		foreach ( $this->client->suggest( $typed ) as $text ) {
			$title = Title::newFromText( $text );
			// A text that cannot be a title cannot be told to the search box.
			if ( $room < 1 || !$title || !$title->inNamespace( NS_MAIN ) || $title->isExternal() ||
				isset( $known[$title->getPrefixedText()] )
			) {
				continue;
			}
			$known[$title->getPrefixedText()] = true;
			$room--;
			$results[--$id] = [
				'title' => $title,
				'redirect from' => null,
				'extract' => $context->msg( 'policysearch-suggestion' )->text(),
				'extract trimmed' => true,
				'image' => false,
				'url' => SpecialPage::getTitleFor( 'Search' )
					->getFullURL( [ 'search' => $text, 'fulltext' => '1' ] ),
			];
		}
	}

	/**
	 * Suggestions of a public wiki may be kept by caches that do not know who asks, so that a right
	 * that not everybody has keeps them out altogether. Those of a closed wiki are never kept so.
	 *
	 * @param RequestContext $context
	 * @return bool
	 */
	private function maySee( RequestContext $context ): bool {
		return $context->getAuthority()->isAllowedAll( 'read', 'policysearch' ) && (
			$this->permissions->isEveryoneAllowed( 'policysearch' ) ||
			!$this->permissions->isEveryoneAllowed( 'read' )
		);
	}
}
