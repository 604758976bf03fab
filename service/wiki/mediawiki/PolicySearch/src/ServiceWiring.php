<?php

use MediaWiki\Config\ServiceOptions;
use MediaWiki\Extension\PolicySearch\Block;
use MediaWiki\Extension\PolicySearch\Client;
use MediaWiki\Extension\PolicySearch\Links;
use MediaWiki\Logger\LoggerFactory;
use MediaWiki\MainConfigNames;
use MediaWiki\MediaWikiServices;

return [
	'PolicySearch.Client' => static function ( MediaWikiServices $services ): Client {
		$config = $services->getMainConfig();
		$cache = $services->getMainWANObjectCache();
		if ( $config->get( MainConfigNames::MainCacheType ) === CACHE_NONE ) {
			// A wiki without a cache would forget at once that the service is down. What is at hand
			// for parsed pages does, in the worst case a table of the database.
			$cache = new WANObjectCache( [ 'cache' => ObjectCache::getInstance( CACHE_ANYTHING ) ] );
		}
		return new Client(
			new ServiceOptions( Client::CONSTRUCTOR_OPTIONS, $config ),
			$services->getHttpRequestFactory(),
			$cache,
			LoggerFactory::getInstance( 'PolicySearch' )
		);
	},

	'PolicySearch.Block' => static function ( MediaWikiServices $services ): Block {
		$config = $services->getMainConfig();
		$base = $config->get( 'PolicySearchLinkBase' ) ?: $config->get( 'PolicySearchUrl' );
		return new Block( new Links( $base ), $services->getLanguageNameUtils() );
	},
];
