<?php

namespace MediaWiki\Extension\PolicySearch;

use Html;
use MediaWiki\Hook\ParserFirstCallInitHook;
use MediaWiki\Permissions\PermissionManager;
use Message;
use Parser;

/**
 * <policysearch limit="3" policies="leave-policy-en" lang="en,zh">question</policysearch>
 */
class TagHooks implements ParserFirstCallInitHook {
	private const ATTRIBUTES = [ 'limit', 'policies', 'lang' ];
	private const DEFAULT_LIMIT = 3;
	private const MAX_LIMIT = 20;
	private const COUNT = 'policysearch-tags';

	/** @var Client */
	private $client;

	/** @var Block */
	private $block;

	/** @var PermissionManager */
	private $permissions;

	/**
	 * @param Client $client
	 * @param Block $block
	 * @param PermissionManager $permissions
	 */
	public function __construct( Client $client, Block $block, PermissionManager $permissions ) {
		$this->client = $client;
		$this->block = $block;
		$this->permissions = $permissions;
	}

	/** @inheritDoc */
	public function onParserFirstCallInit( $parser ) {
		$parser->setHook( 'policysearch', [ $this, 'render' ] );
	}

	/**
	 * @param string|null $input
	 * @param string[] $attributes
	 * @param Parser $parser
	 * @return array HTML that the parser leaves as it is
	 */
	public function render( ?string $input, array $attributes, Parser $parser ): array {
		$output = $parser->getOutput();
		$output->addModuleStyles( [ 'ext.policySearch.styles' ] );
		$problem = $this->problem( trim( $input ?? '' ), $attributes, $parser );
		if ( $problem ) {
			$html = Html::element(
				'strong',
				[ 'class' => 'error' ],
				$problem->inLanguage( $parser->getTargetLanguage() )->text()
			);
			return [ $html, 'markerType' => 'nowiki' ];
		}
		$question = new Question(
			$input,
			(int)( $attributes['limit'] ?? self::DEFAULT_LIMIT ),
			isset( $attributes['policies'] ) ? $this->names( $attributes['policies'] ) : null,
			isset( $attributes['lang'] ) ? $this->names( $attributes['lang'] ) : null
		);
		$answer = $this->client->search( $question );
		// What was rendered while the service was away is rendered anew soon.
		$output->updateCacheExpiry( (int)$this->client->setting(
			$answer->state === Answer::ANSWERED ? 'TagTTL' : 'RetryAfter'
		) );
		$html = $this->block->html( $answer, $question, $parser->getTargetLanguage(), false, true );
		return [ $html, 'markerType' => 'nowiki' ];
	}

	/**
	 * @param string $question
	 * @param string[] $attributes
	 * @param Parser $parser
	 * @return Message|null Why nothing is asked
	 */
	private function problem( string $question, array $attributes, Parser $parser ): ?Message {
		$most = (int)$this->client->setting( 'TagLimit' );
		if ( $most < 1 ) {
			return wfMessage( 'policysearch-tag-off' );
		}
		// A page is kept once for all who may read it.
		if ( !$this->permissions->isEveryoneAllowed( 'policysearch' ) ) {
			return wfMessage( 'policysearch-tag-restricted' );
		}
		foreach ( array_keys( $attributes ) as $name ) {
			if ( !in_array( $name, self::ATTRIBUTES, true ) ) {
				return wfMessage( 'policysearch-tag-attribute', Message::plaintextParam( $name ) );
			}
		}
		$limit = $attributes['limit'] ?? (string)self::DEFAULT_LIMIT;
		if ( !preg_match( '/^\d{1,2}$/D', $limit ) || $limit < 1 || $limit > self::MAX_LIMIT ) {
			return wfMessage( 'policysearch-tag-limit-attribute', Message::plaintextParam( $limit ) );
		}
		if ( $question === '' ) {
			return wfMessage( 'policysearch-tag-empty' );
		}
		$output = $parser->getOutput();
		$count = (int)$output->getExtensionData( self::COUNT ) + 1;
		$output->setExtensionData( self::COUNT, $count );
		if ( $count > $most || !$parser->incrementExpensiveFunctionCount() ) {
			return wfMessage( 'policysearch-tag-too-many', Message::numParam( min( $most, $count - 1 ) ) );
		}
		return null;
	}

	/**
	 * @param string $list Names with commas between them
	 * @return string[]
	 */
	private function names( string $list ): array {
		return array_values( array_filter( array_map( 'trim', explode( ',', $list ) ), 'strlen' ) );
	}
}
