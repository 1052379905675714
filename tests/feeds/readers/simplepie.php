<?php
// Prints what SimplePie, which reads feeds for WordPress and others, makes of a feed, as JSON.
error_reporting(E_ERROR); // Debian's SimplePie is older than its PHP
require_once '/usr/share/php/simplepie/autoloader.php';
$feed = new SimplePie();
$feed->enable_cache(false);
$feed->enable_order_by_date(false); // its reading of dates ends in an error there
$feed->set_raw_data(file_get_contents($argv[1]));
$feed->init();
if ($feed->error()) {
    fwrite(STDERR, $feed->error());
    exit(1);
}
$entries = array_map(fn ($item) => [
    'id' => $item->get_id(),
    'link' => $item->get_permalink(),
    'title' => html_entity_decode($item->get_title(), ENT_QUOTES | ENT_HTML5),
    'author' => $item->get_author()->get_name(),
    'html' => $item->get_content(),
], $feed->get_items());
echo json_encode(['title' => $feed->get_title(), 'entries' => $entries], JSON_THROW_ON_ERROR);
