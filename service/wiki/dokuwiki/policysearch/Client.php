<?php

namespace dokuwiki\plugin\policysearch;

use dokuwiki\Logger;

/**
 * Asks policy-search from the wiki's server
 *
 * Whatever happens there, a page waits for it no longer than the setting timeout, and for retry_after
 * seconds after a failure not at all.
 */
class Client
{
    /** Part of the timeout in which the service is asked to answer, if need be with less */
    const SERVICE_SHARE = 0.75;

    /** @var array */
    protected $settings;
    /** @var Answers */
    protected $answers;

    /**
     * @param array $settings as in conf/default.php, with lists as arrays
     * @param Answers $answers
     */
    public function __construct(array $settings, Answers $answers)
    {
        $this->settings = $settings;
        $this->answers = $answers;
    }

    /**
     * @param string $question
     * @param array $options limit, policies and languages, where they are not those of the settings
     * @return array state (answered, down or refused), hits, nearest, reason
     */
    public function search($question, array $options = [])
    {
        $options += $this->settings;
        $asked = [
            'q' => $question,
            'limit' => (int)$options['limit'],
            'filter' => ['lang' => $options['languages'], 'policy_id' => $options['policies']],
            'timeout_ms' => max(1, (int)($this->settings['timeout'] * 1000 * self::SERVICE_SHARE)),
        ];
        if ($this->settings['min_relevance'] !== '') {
            $asked['min_relevance'] = (float)$this->settings['min_relevance'];
        }
        // The key is part of it: it decides which policies are seen.
        $service = [$this->settings['url'], $this->settings['key']];
        $failure = $this->answers->name($service);
        $name = $this->answers->name([$service, $asked]);
        $known = $this->answers->get($name) ?? $this->answers->get($failure);
        if ($known !== null) return $known;

        $answer = $this->request($asked);
        if ($answer['state'] === 'answered') {
            $this->answers->set($name, $answer, (int)$this->settings['cache_ttl']);
        } else {
            $name = $answer['concerns_all'] ? $failure : $name;
            $this->answers->set($name, $answer, max(1, (int)$this->settings['retry_after']));
        }
        return $answer;
    }

    /**
     * @param array $asked
     * @return array
     */
    protected function request(array $asked)
    {
        $url = rtrim($this->settings['url'], '/') . '/v1/search';
        $http = new HttpClient((float)$this->settings['timeout']);
        $http->headers['Content-Type'] = 'application/json';
        if ($this->settings['key'] !== '') {
            $http->headers['Authorization'] = 'Bearer ' . $this->settings['key'];
        }
        $http->sendRequest($url, json_encode($asked, JSON_INVALID_UTF8_SUBSTITUTE), 'POST');
        $body = json_decode((string)$http->resp_body, true);
        if ((int)$http->status === 200 && is_array($body)) {
            return [
                'state' => 'answered',
                'hits' => $this->clauses($body['hits'] ?? []),
                'nearest' => $this->clauses($body['nearest'] ?? []),
                'reason' => '',
            ];
        }
        $answer = $this->failure((int)$http->status, $body, $http->error);
        Logger::error('policy-search', $answer['reason']);
        return $answer;
    }

    /**
     * @param int $status HTTP status; negative or 0 where there was no answer
     * @param mixed $body the problem that the service tells, if it does
     * @param string $why what the connection tells
     * @return array
     */
    protected function failure($status, $body, $why)
    {
        $detail = is_array($body) ? (string)($body['detail'] ?? '') : '';
        $answer = ['state' => 'down', 'hits' => [], 'nearest' => [], 'concerns_all' => true];
        if ($status === 401 || $status === 403) {
            $answer['state'] = 'refused';
            $answer['reason'] = "the service refused the key of the plugin ($status). $detail";
        } elseif ($status >= 400 && $status < 500 && $status !== 429 && $detail !== '') {
            $answer['state'] = 'refused';
            $answer['concerns_all'] = false;
            $answer['reason'] = "the service answered $status. $detail";
        } else {
            $told = $status >= 200 ? "the service answered $status. $detail" : $why;
            $answer['reason'] = $this->settings['url'] . ': ' . trim($told);
        }
        return $answer;
    }

    /**
     * Keeps of each hit what is shown, with types that can be relied on
     *
     * @param mixed $hits
     * @return array
     */
    protected function clauses($hits)
    {
        $clauses = [];
        foreach (is_array($hits) ? $hits : [] as $hit) {
            if (!is_string($hit['id'] ?? null) || !is_string($hit['policy']['id'] ?? null)) continue;
            $highlights = [];
            foreach ($hit['snippet']['highlights'] ?? [] as $span) {
                $highlights[] = [(int)$span[0], (int)$span[1]];
            }
            $relevance = $hit['relevance'] ?? null;
            $clauses[] = [
                'id' => $hit['id'],
                'policy_id' => $hit['policy']['id'],
                'policy_title' => (string)($hit['policy']['title'] ?? ''),
                'citation' => (string)($hit['citation'] ?? $hit['id']),
                'headings' => array_map('strval', $hit['heading_path'] ?? []),
                'lang' => (string)($hit['lang'] ?? ''),
                'snippet' => (string)($hit['snippet']['text'] ?? $hit['text'] ?? ''),
                'highlights' => $highlights,
                'relevance' => is_numeric($relevance) ? (float)$relevance : null,
            ];
        }
        return $clauses;
    }
}
