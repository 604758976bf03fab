<?php

/**
 * What the configuration manager knows of the settings of the policysearch plugin
 */

$meta['url'] = ['string', '_pattern' => '#^https?://\S+$#', '_caution' => 'security'];
$meta['key'] = ['password', '_code' => 'base64'];
$meta['link_base'] = ['string', '_pattern' => '#^(https?://\S+)?$#'];
$meta['limit'] = ['numeric', '_min' => 1, '_max' => 20];
$meta['policies'] = ['string'];
$meta['languages'] = ['string', '_pattern' => '/^[a-z, ]*$/'];
$meta['min_relevance'] = ['string', '_pattern' => '/^(0(\.\d+)?|1(\.0+)?)?$/'];
$meta['readers'] = ['string'];
$meta['timeout'] = ['string', '_pattern' => '/^\d(\.\d+)?$/'];
$meta['retry_after'] = ['numeric', '_min' => 1];
$meta['cache_ttl'] = ['numeric', '_min' => 0];
$meta['syntax_limit'] = ['numeric', '_min' => 0];
