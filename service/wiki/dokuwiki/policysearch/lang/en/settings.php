<?php

/**
 * English names of the settings of the policysearch plugin
 */

$lang['url'] = 'Where this server reaches policy-search';
$lang['key'] = 'API key with the scope search; empty for a service without keys';
$lang['link_base'] = 'Where readers reach policy-search: what links begin with. Empty: the same address';
$lang['limit'] = 'Most clauses on the search page';
$lang['policies'] = 'Ids of the policies that are searched, with commas between them; empty for all that the key may see';
$lang['languages'] = 'Languages of the clauses that are shown, such as en,zh; empty for all';
$lang['min_relevance'] = 'Least relevance of a clause, from 0 to 1; empty for the service\'s own';
$lang['readers'] = 'Who sees policy clauses: users and @groups with commas between them; empty for everybody who may read the start page';
$lang['timeout'] = 'Most seconds that a page waits for policy-search';
$lang['retry_after'] = 'Seconds for which a policy-search that failed is not asked again';
$lang['cache_ttl'] = 'Seconds for which an answer is kept; 0 keeps none';
$lang['syntax_limit'] = 'Most {{policysearch>…}} that a page asks for; 0 turns it off';
