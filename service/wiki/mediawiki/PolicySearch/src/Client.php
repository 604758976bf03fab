<?php

namespace MediaWiki\Extension\PolicySearch;

use MediaWiki\Config\ServiceOptions;
use MediaWiki\Http\HttpRequestFactory;
use Psr\Log\LoggerInterface;
use WANObjectCache;

/**
 * Asks policy-search from the wiki's server. Whatever happens there, a page waits for it no longer
 * than PolicySearchTimeout, and for PolicySearchRetryAfter seconds after a failure not at all.
 */
class Client {
	public const CONSTRUCTOR_OPTIONS = [
		'PolicySearchUrl',
		'PolicySearchKey',
		'PolicySearchLimit',
		'PolicySearchPolicies',
		'PolicySearchLanguages',
		'PolicySearchMinRelevance',
		'PolicySearchTimeout',
		'PolicySearchRetryAfter',
		'PolicySearchCacheTTL',
		'PolicySearchSuggestions',
		'PolicySearchTagLimit',
		'PolicySearchTagTTL',
		'PolicySearchProxy',
	];

	/** Seconds for suggestions, if PolicySearchTimeout is not less: who types does not wait */
	private const SUGGEST_TIMEOUT = 0.4;

	/** Part of the timeout in which the service is asked to answer, if need be with less */
	private const SERVICE_SHARE = 0.75;

	/** @var ServiceOptions */
	private $options;

	/** @var HttpRequestFactory */
	private $requests;

	/** @var WANObjectCache */
	private $cache;

	/** @var LoggerInterface */
	private $logger;

	/**
	 * @param ServiceOptions $options
	 * @param HttpRequestFactory $requests
	 * @param WANObjectCache $cache
	 * @param LoggerInterface $logger
	 */
	public function __construct(
		ServiceOptions $options,
		HttpRequestFactory $requests,
		WANObjectCache $cache,
		LoggerInterface $logger
	) {
		$options->assertRequiredOptions( self::CONSTRUCTOR_OPTIONS );
		$this->options = $options;
		$this->requests = $requests;
		$this->cache = $cache;
		$this->logger = $logger;
	}

	/**
	 * @param string $name Of a setting, without `PolicySearch`
	 * @return mixed
	 */
	public function setting( string $name ) {
		return $this->options->get( 'PolicySearch' . $name );
	}

	/**
	 * @param Question $question
	 * @return Answer
	 */
	public function search( Question $question ): Answer {
		$timeout = (float)$this->setting( 'Timeout' );
		$asked = [
			'q' => $question->text,
			'limit' => $question->limit ?? (int)$this->setting( 'Limit' ),
			'filter' => [
				'lang' => array_values( $question->languages ?? (array)$this->setting( 'Languages' ) ),
				'policy_id' => array_values( $question->policies ?? (array)$this->setting( 'Policies' ) ),
			],
			'timeout_ms' => max( 1, (int)( $timeout * 1000 * self::SERVICE_SHARE ) ),
		];
		if ( $this->setting( 'MinRelevance' ) !== null ) {
			$asked['min_relevance'] = (float)$this->setting( 'MinRelevance' );
		}
		return $this->answer( 'POST', '/v1/search', $asked, $timeout );
	}

	/**
	 * What a person who is typing may want.
	 *
	 * @param string $typed
	 * @return string[]
	 */
	public function suggest( string $typed ): array {
		$asked = [ 'q' => $typed, 'limit' => (int)$this->setting( 'Suggestions' ) ];
		$languages = (array)$this->setting( 'Languages' );
		if ( $languages ) {
			$asked['lang'] = implode( ',', $languages );
		}
		$timeout = min( (float)$this->setting( 'Timeout' ), self::SUGGEST_TIMEOUT );
		return $this->answer( 'GET', '/v1/suggest', $asked, $timeout )->suggestions;
	}

	/**
	 * The answer from the cache, else from the service unless that has just failed.
	 *
	 * @param string $method
	 * @param string $path
	 * @param array $asked
	 * @param float $timeout
	 * @return Answer
	 */
	private function answer( string $method, string $path, array $asked, float $timeout ): Answer {
		// The key is part of it: it decides which policies are seen.
		$service = [ $this->setting( 'Url' ), $this->setting( 'Key' ) ];
		$failure = $this->cache->makeKey( 'policysearch-failure', $this->digest( $service ) );
		$ttl = (int)$this->setting( 'CacheTTL' );
		$retry = max( 1, (int)$this->setting( 'RetryAfter' ) );
		return Answer::fromArray( $this->cache->getWithSetCallback(
			$this->cache->makeKey( 'policysearch', $this->digest( [ $service, $path, $asked ] ) ),
			$ttl > 0 ? $ttl : WANObjectCache::TTL_UNCACHEABLE,
			function ( $old, &$ttl ) use ( $method, $path, $asked, $timeout, $failure, $retry ) {
				$known = $this->cache->get( $failure );
				if ( is_array( $known ) ) {
					$ttl = WANObjectCache::TTL_UNCACHEABLE;
					return $known;
				}
				$answer = $this->request( $method, $path, $asked, $timeout );
				if ( $answer->state !== Answer::ANSWERED ) {
					$ttl = $retry;
				}
				if ( $answer->concernsAll ) {
					$ttl = WANObjectCache::TTL_UNCACHEABLE;
					$this->cache->set( $failure, $answer->toArray(), $retry );
				}
				return $answer->toArray();
			}
		) );
	}

	/**
	 * @param array $parts
	 * @return string
	 */
	private function digest( array $parts ): string {
		return hash( 'sha256', json_encode( $parts, JSON_INVALID_UTF8_SUBSTITUTE ) );
	}

	/**
	 * @param string $method
	 * @param string $path
	 * @param array $asked
	 * @param float $timeout Seconds
	 * @return Answer
	 */
	private function request( string $method, string $path, array $asked, float $timeout ): Answer {
		$url = rtrim( $this->setting( 'Url' ), '/' ) . $path;
		$options = [ 'method' => $method, 'timeout' => $timeout, 'connectTimeout' => $timeout ];
		if ( $method === 'POST' ) {
			$options['postData'] = json_encode( $asked, JSON_INVALID_UTF8_SUBSTITUTE );
		} else {
			$url = wfAppendQuery( $url, $asked );
		}
		$proxy = $this->setting( 'Proxy' );
		// Inside a company the way out, $wgHTTPProxy, is seldom the way to a service of its own.
		$options += $proxy ? [ 'proxy' => $proxy ] : [ 'noProxy' => true ];
		$request = $this->requests->create( $url, $options, __METHOD__ );
		$request->setHeader( 'Accept', 'application/json' );
		if ( $method === 'POST' ) {
			$request->setHeader( 'Content-Type', 'application/json' );
		}
		if ( $this->setting( 'Key' ) !== '' ) {
			$request->setHeader( 'Authorization', 'Bearer ' . trim( $this->setting( 'Key' ) ) );
		}
		$result = $request->execute();
		$status = $request->getStatus();
		$body = json_decode( $request->getContent() ?? '', true );
		if ( $status === 200 && is_array( $body ) ) {
			return Answer::fromBody( $body );
		}
		$answer = $this->failure( $status, $body, $result->getWikiText( false, false, 'en' ) );
		$this->logger->warning(
			'policy-search at {url}: {reason}', [ 'url' => $url, 'reason' => $answer->reason ]
		);
		return $answer;
	}

	/**
	 * @param int $status HTTP status; 0 or 200 where there was no answer
	 * @param mixed $body The problem that the service tells, if it does
	 * @param string $why What the connection tells
	 * @return Answer
	 */
	private function failure( int $status, $body, string $why ): Answer {
		$detail = is_array( $body ) ? (string)( $body['detail'] ?? '' ) : '';
		if ( $status === 401 || $status === 403 ) {
			$reason = "the service refused the key in \$wgPolicySearchKey ($status). $detail";
			return Answer::failed( Answer::REFUSED, $reason, true );
		}
		if ( $status >= 400 && $status < 500 && $status !== 429 && $detail !== '' ) {
			return Answer::failed( Answer::REFUSED, "the service answered $status. $detail", false );
		}
		$told = $status >= 300 ? "the service answered $status. $detail" : $why;
		return Answer::failed( Answer::DOWN, $this->setting( 'Url' ) . ': ' . trim( $told ), true );
	}
}
