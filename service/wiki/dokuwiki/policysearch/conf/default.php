<?php

/**
 * Default settings of the policysearch plugin
 */

$conf['url'] = 'http://127.0.0.1:8080';
$conf['key'] = '';
$conf['link_base'] = '';
$conf['limit'] = 5;
$conf['policies'] = '';
$conf['languages'] = '';
$conf['min_relevance'] = '';
$conf['readers'] = '';
$conf['timeout'] = '0.6';
$conf['retry_after'] = 10;
$conf['cache_ttl'] = 300;
$conf['syntax_limit'] = 10;
