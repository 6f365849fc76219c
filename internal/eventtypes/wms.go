package eventtypes

import (
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

const (
	streamPicking   = "wms:events:picking"
	streamPacking   = "wms:events:packing"
	streamInventory = "wms:events:inventory"
	streamShipment  = "wms:events:shipment"
)

// PickingCreated is the payload of picking.created.
type PickingCreated struct {
	TaskID      ID `json:"task_id" example:"123"`
	OrderID     ID `json:"order_id" example:"456"`
	WarehouseID ID `json:"warehouse_id" example:"1"`
}

// PickingAssigned is the payload of picking.assigned.
type PickingAssigned struct {
	TaskID      ID `json:"task_id" example:"123"`
	OrderID     ID `json:"order_id" example:"456"`
	WorkerID    ID `json:"worker_id" example:"31"`
	WarehouseID ID `json:"warehouse_id,omitempty" example:"1"`
}

// WarehouseTask is the payload of picking.completed and packing.started.
type WarehouseTask struct {
	TaskID      ID `json:"task_id" example:"123"`
	OrderID     ID `json:"order_id" example:"456"`
	WarehouseID ID `json:"warehouse_id,omitempty" example:"1"`
}

// PackingCompleted is the payload of packing.completed.
type PackingCompleted struct {
	TaskID      ID   `json:"task_id" example:"124"`
	OrderID     ID   `json:"order_id" example:"456"`
	WarehouseID ID   `json:"warehouse_id,omitempty" example:"1"`
	BuyerID     ID   `json:"buyer_id,omitempty" example:"890"`
	OrderNumber Text `json:"order_number,omitempty" example:"ORD-2025-001"`
}

// InventoryPlaced is the payload of inventory.placed.
type InventoryPlaced struct {
	ListingID   ID   `json:"listing_id" example:"100"`
	WarehouseID ID   `json:"warehouse_id" example:"1"`
	Quantity    Int  `json:"quantity" example:"20" check:"positive"`
	Location    Text `json:"location" example:"A-03-2"`
}

// InventoryMoved is the payload of inventory.moved.
type InventoryMoved struct {
	ListingID    ID   `json:"listing_id" example:"100"`
	WarehouseID  ID   `json:"warehouse_id" example:"1"`
	FromLocation Text `json:"from_location" example:"A-03-2"`
	ToLocation   Text `json:"to_location" example:"B-01-1"`
	Quantity     Int  `json:"quantity,omitempty" example:"5" check:"positive"`
}

// InventoryReserved is the payload of inventory.reserved.
type InventoryReserved struct {
	ListingID   ID  `json:"listing_id" example:"100"`
	WarehouseID ID  `json:"warehouse_id" example:"1"`
	Quantity    Int `json:"quantity" example:"2" check:"positive"`
	OrderID     ID  `json:"order_id" example:"12345"`
}

// InventoryReleased is the payload of inventory.released.
type InventoryReleased struct {
	ListingID   ID   `json:"listing_id" example:"100"`
	WarehouseID ID   `json:"warehouse_id" example:"1"`
	Quantity    Int  `json:"quantity" example:"2" check:"positive"`
	Reason      Text `json:"reason" example:"order_cancelled"`
	OrderID     ID   `json:"order_id,omitempty" example:"12345"`
}

func wms() []*Type {
	return []*Type{
		{
			Name: "picking.created", About: "An order has become a picking task.",
			Stream: streamPicking, Priority: notify.Low, Life: 4 * time.Hour,
			Payload: of[PickingCreated](), Entity: "task_id",
		},
		{
			Name: "picking.assigned", About: "A worker is to pick the order.",
			Stream: streamPicking, Priority: notify.High, Life: 2 * time.Hour,
			Payload: of[PickingAssigned](), Entity: "task_id",
			Told: []Told{toPerson(Worker, "worker_id", []notify.Channel{notify.Telegram, notify.Push})},
		},
		{
			Name: "picking.completed", About: "The order is picked.",
			Stream: streamPicking, Priority: notify.Low, Life: 4 * time.Hour,
			Payload: of[WarehouseTask](), Entity: "task_id",
			Supersedes: []EventType{"picking.assigned"},
		},
		{
			Name: "packing.started", About: "The order is being packed.",
			Stream: streamPacking, Priority: notify.Low, Life: 4 * time.Hour,
			Payload: of[WarehouseTask](), Entity: "task_id",
		},
		{
			Name: "packing.completed", About: "The order is packed and ready to leave.",
			Stream: streamPacking, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[PackingCompleted](), Entity: "task_id",
			Told: []Told{toBuyer(notify.Push)},
		},
		{
			Name: "inventory.placed", About: "Goods were put into the warehouse.",
			Stream: streamInventory, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[InventoryPlaced](), Entity: "listing_id",
		},
		{
			Name: "inventory.moved", About: "Goods were moved within the warehouse.",
			Stream: streamInventory, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[InventoryMoved](), Entity: "listing_id",
		},
		{
			Name: "inventory.reserved", About: "Goods are kept for an order.",
			Stream: streamInventory, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[InventoryReserved](), Entity: "listing_id",
		},
		{
			Name: "inventory.released", About: "Goods that were kept for an order are free again.",
			Stream: streamInventory, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[InventoryReleased](), Entity: "listing_id",
		},
		{
			Name: "shipment.created", About: "The packed order has become a shipment.",
			Stream: streamShipment, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[Shipment](), Entity: "shipment_id",
		},
	}
}
