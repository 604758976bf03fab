<?php

namespace dokuwiki\plugin\policysearch;

/**
 * The addresses of policy-search that readers open. They are put together here alone.
 */
class Links
{
    /** @var string */
    protected $base;

    /**
     * @param string $base where readers reach policy-search, such as https://policies.example.com
     */
    public function __construct($base)
    {
        $this->base = rtrim($base, '/');
    }

    /**
     * The page that shows a policy, scrolled to a clause
     *
     * @param string $policyId
     * @param string $clauseId
     * @return string
     */
    public function clause($policyId, $clauseId)
    {
        return $this->base . '/policies/' . rawurlencode($policyId) . '?clause=' . rawurlencode($clauseId);
    }

    /**
     * The search page of policy-search, with a question
     *
     * @param string $question
     * @return string
     */
    public function search($question)
    {
        return $this->base . '/?q=' . rawurlencode($question);
    }
}
