<?php

namespace dokuwiki\plugin\policysearch;

use dokuwiki\HTTP\DokuHTTPClient;
use dokuwiki\HTTP\HTTPClientException;

/**
 * DokuWiki's own client with a timeout that holds to a part of a second
 *
 * The client of DokuWiki looks at the clock once a second while it waits for an answer.
 */
class HttpClient extends DokuHTTPClient
{
    /**
     * @param float $timeout most seconds from connecting to the last byte
     */
    public function __construct($timeout)
    {
        parent::__construct();
        $this->timeout = $timeout;
        $this->keep_alive = false;
        $this->max_redirect = 0;
        $this->max_bodysize = 4 * 1024 * 1024;
        $this->headers['Accept'] = 'application/json';
        // The answer is small and near.
        unset($this->headers['Accept-encoding']);
        // With the setting allowdebug, ?httpdebug would print the request, and the key with it.
        $this->debug = false;
    }

    /** @inheritdoc */
    protected function readLine($socket, $message)
    {
        $this->await($socket, $message);
        return parent::readLine($socket, $message);
    }

    /** @inheritdoc */
    protected function readData($socket, $nbytes, $message, $ignore_eof = false)
    {
        if ($nbytes > 0) $this->await($socket, $message);
        return parent::readData($socket, $nbytes, $message, $ignore_eof);
    }

    /**
     * Waits until there is something to read, or time is up
     *
     * @param resource $socket
     * @param string $message what is being read
     * @throws HTTPClientException
     */
    protected function await($socket, $message)
    {
        $left = $this->timeout - ($this->time() - $this->start);
        $reading = [$socket];
        $writing = null;
        $special = null;
        if (
            $left <= 0 ||
            @stream_select($reading, $writing, $special, (int)$left, (int)(fmod($left, 1) * 1000000)) === 0
        ) {
            throw new HTTPClientException(sprintf('Timeout while reading %s (%.1fs)', $message, $this->timeout), -100);
        }
    }
}
