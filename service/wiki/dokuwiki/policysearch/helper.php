<?php

use dokuwiki\Extension\Plugin;
use dokuwiki\plugin\policysearch\Answers;
use dokuwiki\plugin\policysearch\Block;
use dokuwiki\plugin\policysearch\Client;
use dokuwiki\plugin\policysearch\Links;

/**
 * DokuWiki Plugin policysearch (Helper Component)
 *
 * What the search page and the syntax have in common: who may see clauses, and the block of clauses.
 *
 * @license Apache-2.0
 */
class helper_plugin_policysearch extends Plugin
{
    /**
     * Whether who reads may see clauses
     *
     * DokuWiki lets everybody search, also in a wiki of which they may read nothing: it then shows
     * them no results. So it is with clauses.
     *
     * @return bool
     */
    public function maySee()
    {
        global $conf, $INPUT, $USERINFO;
        if (auth_quickaclcheck(cleanID($conf['start'])) < AUTH_READ) return false;
        $readers = trim($this->getConf('readers'));
        return $readers === '' || auth_isMember(
            $readers,
            $INPUT->server->str('REMOTE_USER'),
            (array)($USERINFO['grps'] ?? [])
        );
    }

    /**
     * The clauses that answer a question
     *
     * @param string $question
     * @param array $options limit, policies and languages, where they are not those of the settings
     * @param bool $withQuestion whether what was asked is told
     * @return string HTML
     */
    public function html($question, array $options = [], $withQuestion = false)
    {
        global $conf;
        $settings = [];
        foreach (['url', 'limit', 'min_relevance', 'timeout', 'retry_after', 'cache_ttl'] as $name) {
            $settings[$name] = $this->getConf($name);
        }
        $settings['key'] = trim(conf_decodeString($this->getConf('key')));
        $settings['policies'] = $this->names($this->getConf('policies'));
        $settings['languages'] = $this->names($this->getConf('languages'));

        $client = new Client($settings, new Answers($conf['cachedir']));
        $links = new Links($this->getConf('link_base') ?: $settings['url']);
        $block = new Block($links, [$this, 'getLang']);
        return $block->html($client->search($question, $options), $question, auth_isadmin(), $withQuestion);
    }

    /**
     * @param string $list names with commas between them
     * @return string[]
     */
    public function names($list)
    {
        return array_values(array_filter(array_map('trim', explode(',', $list)), 'strlen'));
    }
}
