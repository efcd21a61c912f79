<?php
// What SimplePie, the parser of FreshRSS and WordPress, reads in a feed: `php simplepie.php FILE` prints it as JSON.
// Its release in the distributions is older than PHP 8: advice on that is of no interest here, and dates are read without
// its own parser, which ends there.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING & ~E_NOTICE);
require_once '/usr/share/php/simplepie/autoloader.php';

$feed = new SimplePie();
$feed->enable_cache(false);
$feed->enable_order_by_date(false);
$feed->set_raw_data(file_get_contents($argv[1]));
$feed->init();
$items = [];
foreach ($feed->get_items() as $item) {
    $date = $item->get_item_tags('', 'pubDate') ?? $item->get_item_tags(SIMPLEPIE_NAMESPACE_ATOM_10, 'published');
    $enclosure = $item->get_enclosure();
    $items[] = [
        'title' => html_entity_decode($item->get_title() ?? '', ENT_QUOTES | ENT_HTML5),
        'url' => $item->get_permalink(),
        'author' => $item->get_author() ? $item->get_author()->get_name() : '',
        'date' => strtotime($date[0]['data'] ?? ''),
        'content' => $item->get_content(),
        'enclosure' => $enclosure ? explode('?#', $enclosure->get_link() ?? '')[0] : '', // it marks where players put options
    ];
}
echo json_encode(['title' => $feed->get_title(), 'site' => $feed->get_permalink(), 'items' => $items]);
