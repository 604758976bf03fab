<?php

/**
 * English words of the policysearch plugin
 */

$lang['heading'] = 'Policy clauses';
$lang['none'] = 'No policy clause answers this. The nearest:';
$lang['none_at_all'] = 'No policy clause answers this.';
$lang['probable'] = 'probably answers';
$lang['possible'] = 'may answer';
$lang['related'] = 'may be related';
$lang['more'] = 'More in policy search';
$lang['down'] = 'Policy search cannot be reached just now.';
$lang['refused'] = 'Policy search did not accept this search.';
$lang['reason'] = 'For administrators: %s';
$lang['syntax_empty'] = 'policysearch needs a question: {{policysearch>Where is my data stored?}}';
$lang['syntax_parameter'] = 'policysearch knows limit, policies and lang, not “%s”.';
$lang['syntax_limit_value'] = 'The limit of policysearch is a number from 1 to 20, not “%s”.';
$lang['syntax_too_many'] = 'Too many policysearch questions on this page: only the first %d are shown.';
